"""`esc-skills chat`: a live conversation in the terminal."""

import time
import uuid
from typing import TYPE_CHECKING, Annotated, Any

import typer

from esc_skills.commands.threads import Place

if TYPE_CHECKING:
    from esc_skills.memory import Memory
    from nodes.context import Context

NOT_READ = (
    "I could not read that, so I have not taken it in: I read English only. Please write it in English if you can. "
    "If you are in danger or thinking of ending your life, call your local emergency number now."
)
NOT_ANSWERED = (
    "No reply could be had just now, and what you wrote last was not taken in. You can write it again. If you are in "
    "danger or thinking of ending your life, do not wait for this program: call your local emergency number now."
)

STOPPED = "That turn was stopped; what you wrote last was not taken in."
NOT_AUDITED = "Not every turn could be recorded in the audit log ('esc-skills audit'); the warnings above say why."
AUDITED = "The audit log ('esc-skills audit') has a record of each turn that was answered, without its words."


def chat(
    bank: Annotated[
        str, typer.Option(help="Folder or database URL of the bank; 'none' answers without skills.")
    ] = "starter",
    explain: Annotated[bool, typer.Option("--explain", help="Show why each reply was given.")] = False,
    region: Annotated[
        str | None, typer.Option(help="Your country, such as US or GB, so that the right crisis line is named.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed and the same words give the same replies.")] = 0,
    thread: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the conversation under this name, and go on with it.")
    ] = None,
    threads: Place = None,
) -> None:
    """Talk to the supporter. An empty line or Ctrl-D ends the conversation; it is kept only if --thread names it."""
    from esc_skills.console import err
    from esc_skills.memory import Memory
    from esc_skills.paying import print_usage, spent
    from nodes.context import Context
    from nodes.reply_guard import ai_notice
    from nodes.safety.resources import find_region

    context = Context(bank=bank, region=region, seed=seed, notice="beside")
    _ = context.resources.audit  # a bank or log that cannot be opened is told before anyone writes a word
    with Memory(thread, threads, seed=seed) as memory:
        err.print(ai_notice(context.locale), style="dim")
        err.print("Write what is on your mind. An empty line ends the conversation.\n", style="dim")
        if region and find_region(region) is None:
            err.print(
                f"No crisis line is known for region '{region}'; the local emergency service is named.", style="dim"
            )
        if memory.opening:
            err.print(f"{memory.opening}\n", style="dim", markup=False, soft_wrap=True)
        recorded = _talk(memory, context, explain=explain)
        print_usage(spent(context), to=err)
        audited = "" if recorded is None else f" {AUDITED if recorded else NOT_AUDITED}"
        err.print(f"\nTake care. {memory.closing}{audited}", style="dim", markup=False, soft_wrap=True)


def _talk(memory: "Memory", context: "Context", *, explain: bool) -> bool | None:
    """Turn after turn, until an empty line; whether each was recorded in the audit log. None: none was to be."""
    from langchain_core.messages import HumanMessage

    from esc_skills.console import err
    from nodes.errors import ChatError, UnknownLanguage
    from nodes.safety.language import UnsupportedLanguage
    from nodes.turn import TurnInput

    session: Any = {"configurable": {"thread_id": uuid.uuid4().hex}}  # the audit log counts conversations by it
    memory.state["noticed_at"] = time.time()  # it was said above
    recorded: bool | None = None
    while True:
        try:
            text = input("you: ").strip()
        except (EOFError, KeyboardInterrupt):
            text = ""
        except UnicodeDecodeError as error:
            err.print(f"\n{NOT_READ}\n(the terminal sent no UTF-8 text: {error.reason})\n", markup=False)
            continue
        if not text:
            return recorded
        asked: Any = {**memory.state, "messages": [*memory.state["messages"], HumanMessage(text)]}
        try:
            result = _turn(asked, session, context)
        except (UnknownLanguage, UnsupportedLanguage) as error:
            # The conversation goes on; what could not be read was not heard.
            err.print(f"\n{NOT_READ}\n({error})\n", markup=False)
            continue
        except ChatError as error:
            err.print(f"\n{NOT_ANSWERED}\n({error})\n", markup=False)
            continue
        except KeyboardInterrupt:
            err.print(f"\n{STOPPED}", markup=False)
            return recorded
        if (kept := result["explanation"]["audited"]) is not None:
            recorded = kept and recorded is not False
        if explain:
            print_explanation(result["explanation"])
        lost = memory.keep({key: result[key] for key in TurnInput.__annotations__ if key in result})
        if lost:
            err.print(f"{lost}\n", style="yellow", markup=False, soft_wrap=True)


def _turn(asked: Any, session: Any, context: "Context") -> dict[str, Any]:
    """One turn, printed as it comes; what the graph holds at its end."""
    from esc_skills.console import err, out
    from graphs import support

    result: dict[str, Any] = {}
    begun = False
    try:
        modes: Any = ["custom", "values"]
        events: Any = support.graph.stream(asked, session, context=context, stream_mode=modes)
        for mode, event in events:
            if mode == "values":
                result = event
            elif event["event"] == "notice":
                err.print(f"\n{event['text']}", style="dim", markup=False)
            elif event["event"] == "text":
                if not begun:
                    out.print("\n[bold]supporter:[/] ", end="")
                begun = True
                out.print(event["text"], end="", markup=False, soft_wrap=True)
    finally:
        if begun:
            out.print("\n")
    return result


def print_explanation(why: dict[str, Any]) -> None:
    """State read, skills considered with scores, skill used and its step, expected outcome, what is to be avoided."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from esc_skills.console import counted, indented, out

    state = why.get("state") or {}
    if why["tier"] != "none":
        indented(f"risk: {why['tier']} ({', '.join(why['signs']) or 'from the conversation'})")
    if state:
        read = {
            "doing": state["activity"],
            "feeling": f"{state['emotion']}, {state['intensity']} of 5",
            "about": state["scenario"],
            "need": state["need"],
            "ready": state["readiness"],
            "resistance": state["resistance"],
        }
        if state["change"]:
            read["since the last reply"] = state["change"]
        indented("read: " + "; ".join(f"{name} {value.replace('_', ' ')}" for name, value in read.items()), style="dim")
    if why["considered"]:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
        for column in ("considered", "score", "similarity", "fit", "evidence"):
            table.add_column(column, justify="left" if column == "considered" else "right", style="dim")
        for score in why["considered"]:
            numbers = (f"{score[part]:.2f}" for part in ("score", "similarity", "fit", "evidence"))
            table.add_row(Text(score["title"]), *numbers)  # a title is no markup
        out.print(Padding(table, (0, 0, 0, 2), expand=False))
    if why["skill_id"]:
        used = f"{why['title']} ({why['skill_id']}@{why['version']}), step '{why['step_id']}', {why['how']}"
        indented(f"used: {used}")
        indented(f"why: {why['why']}. Aim: {why['aim']}", style="dim")
        expected = ", ".join(change.replace("_", " ") for change in why["expected"])
        indented(f"expected within {counted(why['within_turns'], 'turn')}: {expected}", style="dim")
    else:
        indented(f"used: no skill ({why['why']})")
    for risk in why["avoided"]:
        indented(f"to avoid: {risk}", style="dim")
    for finding in why["findings"]:
        kind = finding["kind"].replace("_", " ")
        out.print(f"  guard: {kind} in draft {finding['draft'] + 1}, not delivered", style="yellow")
    out.print()
