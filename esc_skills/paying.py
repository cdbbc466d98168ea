"""What did the language models of a run cost, and what may they? Options and figures that all runs share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from nodes.context import Context
    from nodes.estimate import Estimate
    from nodes.usage import Budget, Usage

Record = Annotated[
    Path | None,
    typer.Option("--record", envvar="ESC_SKILLS_RECORD", help="Write what language models answer to a new file."),
]
Replay = Annotated[
    Path | None,
    typer.Option("--replay", envvar="ESC_SKILLS_REPLAY", help="Answer from such a file; nothing is sent anywhere."),
]
Spend = Annotated[
    str | None,
    typer.Option(
        "--budget",
        help="Hard limits on language models: calls, tokens, money (US $), seconds; such as 'calls=500,money=5'.",
    ),
]
WantEstimate = Annotated[
    bool, typer.Option("--estimate", help="Only say how many calls and tokens it would take; nothing is asked or made.")
]

_LIMITS = ("calls", "tokens", "money", "seconds")


def paid_for(record: Path | None, replay: Path | None, spend: str | None) -> dict[str, Any]:
    """The settings of a context that these options make.

    Raises:
        Usage: a limit that cannot be read, a recording that is not there, or one that is there already.
    """
    from esc_skills.errors import Usage

    if record and replay:
        raise Usage("--record and --replay: a run is either recorded or replayed")
    if record and record.exists():
        raise Usage(f"--record {record}: exists already; record into a new file, or replay this one")
    if record and not record.parent.is_dir():
        raise Usage(f"--record {record}: there is no folder {record.parent}")
    if replay and not replay.is_file():
        raise Usage(f"--replay {replay}: there is no such file")
    return {
        "record": str(record) if record else None,
        "replay": str(replay) if replay else None,
        "budget": budget_of(spend or ""),
    }


def budget_of(text: str) -> "Budget":
    """Hard limits from words such as `calls=500,money=5`.

    Raises:
        Usage: a limit that there is none of, or a number that is none.
    """
    from esc_skills.errors import Usage
    from nodes.usage import Budget

    limits: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (half.strip() for half in part.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if name not in _LIMITS or not 0 <= number < float("inf"):
            raise Usage(f"--budget {part}: write one of {', '.join(_LIMITS)}, '=' and a number, such as calls=500")
        limits[name] = number if name in ("money", "seconds") else int(number)
    return Budget.model_validate(limits)


def workers_for(context: "Context", wanted: int | None, usual: int) -> int:
    """Worker processes: as many as wanted, as usual where none were named, none where a run must stay in this process.

    Raises:
        Usage: several are wanted for a run that must stay in one.
    """
    from esc_skills.errors import Usage
    from graphs.simulation import only_here
    from nodes.models import Models

    why = only_here(context)
    if why and (wanted or 0) > 1:
        raise Usage(f"--workers {wanted}: {why} in one process alone; leave --workers out, or write --workers 0")
    if wanted is not None:
        return wanted
    # Questions to endpoints wait and do not compute: one process asks as many at once, under one cap.
    models = context.models or Models.from_environment()
    return usual if models.embedded and not why else 0


@contextmanager
def accounted(context: "Context") -> Iterator[None]:
    """Tells what was paid for when a run breaks off; at a good end it is part of the run's own summary."""
    try:
        yield
    except BaseException:
        from esc_skills.console import err

        if context.opened:  # else nothing was asked, and opening it now could hide what went wrong
            print_usage(spent(context), to=err)
        raise


def spent(context: "Context") -> "Usage":
    """What language models have cost under these settings; without the embedded engine, which costs nothing."""
    return context.resources.chat.usage.of_models


def usage_json(usage: "Usage") -> dict[str, Any]:
    """The same for other programs, with totals."""
    return {
        "calls": usage.calls,
        "tokens": usage.tokens,
        "failures": usage.failures,
        "money": usage.money,
        "roles": {role: each.model_dump(mode="json") for role, each in usage.roles.items()},
    }


def print_usage(usage: "Usage", *, to: Any = None) -> None:
    """A table by role; nothing where no language model was asked."""
    from esc_skills.console import counted, out

    if not usage.roles:
        return
    table = _table(
        "asked of language models",
        ("asked", "calls", "repairs", "failed", "tokens in", "out", "seconds"),
        money=usage.money is not None,
    )
    for role, each in usage.roles.items():
        failed = sum(each.failures.values())
        cells = [_who(role, each.model), f"{each.questions:,}", f"{each.calls:,}", f"{each.repairs:,}", f"{failed:,}"]
        cells += [f"{each.input_tokens:,}", f"{each.output_tokens:,}", f"{each.seconds:,.1f}"]
        table.add_row(*cells, *([_dollars(each.money)] if usage.money is not None else []))
    (to or out).print()
    (to or out).print(table)
    money = "no price is configured" if usage.money is None else f"{_dollars(usage.money)} US dollars"
    (to or out).print(f"Language models: {counted(usage.calls, 'call')}, {counted(usage.tokens, 'token')}, {money}")
    for role, each in usage.roles.items():
        for name, count in sorted(each.failures.items()):
            (to or out).print(f"  {role}: {counted(count, 'question')} without an answer: {name}", style="yellow")


def print_estimate(estimate: "Estimate") -> None:
    """What a run would take, by role, and how that was found."""
    from esc_skills.console import out

    if estimate.episodes:
        out.print(f"Conversations to simulate: {_range(*estimate.episodes)}")
    if estimate.roles:
        money = estimate.money is not None
        columns = ("calls", "tokens in", "tokens out")
        table = _table("asked of language models, before anything is spent", columns, money=money)
        for role, each in estimate.roles.items():
            cells = [
                _who(role, each.model),
                _range(*each.calls),
                _range(*each.input_tokens),
                _range(*each.output_tokens),
            ]
            table.add_row(*cells, *([" – ".join(map(_dollars, each.money or (0.0, 0.0)))] if money else []))
        out.print(table)
        calls, tokens = _range(*estimate.calls), _range(*estimate.tokens)
        priced = "no price is configured" if estimate.money is None else " – ".join(map(_dollars, estimate.money))
        out.print(f"In all: {calls} calls, {tokens} tokens, {priced}" + (" US dollars" if estimate.money else ""))
    else:
        out.print("The embedded engine answers for every role: no call of a language model, no cost.")
    for line in estimate.how:
        out.print(line, style="dim", markup=False)
    out.print("Nothing was asked, made or spent.")


def _table(title: str, columns: tuple[str, ...], *, money: bool) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("role", justify="left", overflow="fold")
    for column in (*columns, *(["US $"] if money else [])):
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _who(role: str, model: str) -> str:
    """The role, and beneath it the model, whose name may be long."""
    from rich.markup import escape

    return f"{role}\n[dim]{escape(model)}[/]"


def _dollars(money: float | None) -> str:
    return "–" if money is None else f"{money:.4f}" if money < 1 else f"{money:,.2f}"


def _range(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} – {high:,}"
