"""`esc-skills discover`: a bank from recorded dialogues."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from esc_skills.paying import Record, Replay, Spend, WantEstimate

if TYPE_CHECKING:
    from rich.progress import Progress

    from graphs.context import DiscoveryContext


def discover(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Dialogue files. Without any: the project's own short dialogues.")
    ] = None,
    bank: Annotated[str, typer.Option(help="Folder or database URL of the bank; made where there is none.")] = "bank",
    format: Annotated[
        str | None, typer.Option(help="Format of the files; recognised when left out. See docs/formats.md.")
    ] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Go on after a bad record, and count it.")] = False,
    held_out: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of situations set aside, for a later evaluation.")
    ] = 0.0,
    licence_policy: Annotated[
        str, typer.Option(help="'any', or 'commercial' to refuse dialogues that forbid commercial use.")
    ] = "any",
    seed: Annotated[int, typer.Option(help="The same seed and files give the same bank.")] = 0,
    estimate: WantEstimate = False,
    budget: Spend = None,
    record: Record = None,
    replay: Replay = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Make skills from recorded support dialogues, those that helped and those that failed.

    Each dialogue is cut into intervention units: the seeker's state, what the supporter did, and what changed. Units
    that moved the seeker are clustered into prototypes and distilled into skills, each with its evidence for and
    against. Nothing is copied from a dialogue into a skill.
    """
    from esc_skills.console import print_json
    from esc_skills.errors import Usage
    from esc_skills.paying import accounted, paid_for, print_usage, spent, usage_json
    from esc_skills.places import own_bank
    from graphs.context import DiscoveryContext

    own_bank(bank)
    for file in files or []:
        if file.is_dir():
            raise Usage(f"{file}: is a folder; name the dialogue files in it")
        if not file.is_file():
            raise Usage(f"{file}: there is no such file")
    if licence_policy not in ("any", "commercial"):
        raise Usage(f"--licence-policy {licence_policy}: choose 'any' or 'commercial'")
    context = DiscoveryContext(
        bank=bank,
        held_out=held_out,
        licence_policy=licence_policy,
        seed=seed,
        **({} if estimate else paid_for(record, replay, budget)),
    )
    given: dict[str, Any] = {
        "paths": [str(file) for file in files or []],
        "format": format,
        "skip_bad": skip_bad,
        "estimate_only": estimate,
    }
    if estimate:
        summary = _run(given, context)
        print_json(summary) if as_json else print_estimate(summary)
        return
    with accounted(context):
        summary = _run(given, context)
    usage = spent(context)
    if as_json:
        print_json({**summary, "usage": usage_json(usage)})
    else:
        print_found(summary)
        print_usage(usage)


def _run(given: dict[str, Any], context: "DiscoveryContext") -> dict[str, Any]:
    from esc_skills.console import progress
    from graphs import discovery

    summary: dict[str, Any] = {}
    with progress() as bar:
        watch = _Watch(bar)
        asked: Any = {key: value for key, value in given.items() if value}
        config: Any = {"max_concurrency": context.concurrency}  # threads, which wait for endpoints
        stream: Any = discovery.graph.stream(asked, context=context, stream_mode=["custom", "values"], config=config)
        for mode, chunk in stream:
            if mode == "custom":
                watch.tell(chunk)
            else:
                summary = chunk.get("summary", summary)
    return summary


class _Watch:
    """Turns the run's events into a progress bar."""

    def __init__(self, bar: "Progress") -> None:
        self._bar = bar
        self._task = bar.add_task("reading", total=None)

    def tell(self, event: dict[str, Any]) -> None:
        """Show one event."""
        from esc_skills.console import next_phase

        bar, task = self._bar, self._task
        match event["event"]:
            case "read":
                next_phase(bar, task, "labelling dialogues", event["used"])
            case "annotated":
                bar.advance(task)
            case "extracted":
                next_phase(bar, task, "clustering")
            case "clustered":
                bar.update(task, completed=event["done"], total=event["total"])
            case "prototypes":
                next_phase(bar, task, "distilling skills", event["groups"])
            case "distilled":
                bar.advance(task)
            case _:
                pass


def print_estimate(summary: dict[str, Any]) -> None:
    """Calls, tokens and money that a run would need, before anything is spent."""
    from esc_skills import paying
    from esc_skills.console import out
    from nodes.estimate import Estimate

    out.print(f"{summary['dialogues']['used']} dialogues, {summary['dialogues']['labelled_before']} labelled before")
    kept = {name: summary["estimate"][name] for name in Estimate.model_fields}  # totals are computed again
    paying.print_estimate(Estimate.model_validate(kept))


def print_found(summary: dict[str, Any]) -> None:
    """Dialogues read and refused, units by polarity, prototypes, skills with their evidence."""
    from rich.table import Table

    from esc_skills.console import named, out

    dialogues, units, prototypes = summary["dialogues"], summary["units"], summary["prototypes"]
    for file in summary["files"]:
        out.print(
            f"{file['path']}: {file['format']}, {file['read']} dialogues, {file['refused']} refused", soft_wrap=True
        )
    for line in summary["refused"]:
        out.print(f"  refused: {line}", style="yellow", markup=False, soft_wrap=True)
    out.print(
        f"Dialogues: {dialogues['read']} read, {dialogues['refused']} refused, {dialogues['held_out']} held out, "
        f"{dialogues['labelled']} labelled"
    )
    out.print(
        f"Intervention units: {units['all']}; constructive {units['constructive']}, neutral {units['neutral']}, "
        f"negative {units['negative']}"
    )
    out.print(f"Prototypes: {prototypes['all']}, in {prototypes['groups']} groups")
    table = Table(title=f"{len(summary['skills'])} skills, generation {summary['generation']}", title_justify="left")
    for column in ("skill", "steps", "helped", "harmed", "effect"):
        table.add_column(column, justify="right" if column in ("steps", "helped", "harmed", "effect") else "left")
    for skill in summary["skills"]:
        effect = "–" if skill["effect"] is None else f"{100 * skill['effect']:+.1f}"
        numbers = (str(skill[column]) for column in ("steps", "helped", "harmed"))
        table.add_row(named(skill["id"], skill["title"]), *numbers, effect)
    out.print(table)
    out.print("Effect: share that helped against what is usual in such a moment, in percentage points.", style="dim")
    if thin := summary.get("without_skill"):
        names = ", ".join(str(name).replace("_", " ") for name in thin)
        out.print(f"Too few units for a skill: {names}", style="yellow", markup=False)
    for line in summary["failures"]:
        out.print(f"failed: {line}", style="yellow", markup=False, soft_wrap=True)
    for line in summary["left_out"]:
        out.print(f"left out: {line}", style="yellow", markup=False, soft_wrap=True)
    out.print(
        f"Licence of the bank: {summary['licence']}. Bank: {summary['bank']} ({summary['seconds']} s)", soft_wrap=True
    )
    out.print(f"Look at it:  esc-skills bank list --bank {summary['bank']}", soft_wrap=True)
    out.print(f"Evolve it:   esc-skills evolve --bank {summary['bank']}", soft_wrap=True)
