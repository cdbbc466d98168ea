"""`esc-skills evolve`: simulate, diagnose, propose, verify, and commit only on evidence."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from esc_skills.paying import Record, Replay, Spend, WantEstimate

if TYPE_CHECKING:
    from rich.progress import Progress

    from graphs.context import EvolutionContext


def evolve(
    bank: Annotated[
        str | None,
        typer.Option(
            help="Folder or database URL of the bank to evolve. Without it, a copy of the starter bank, in runs/."
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of simulate, diagnose, propose, verify.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same run.")] = 0,
    proposals: Annotated[int, typer.Option(min=1, help="Changes proposed a round, at most.")] = 1,
    pairs: Annotated[
        int,
        typer.Option(
            min=1, help="Most pairs of conversations with fresh seekers for one verdict; few leave it undecided."
        ),
    ] = 80,
    tests: Annotated[
        int, typer.Option(min=1, help="Verifications the run may make; its error control counts on it.")
    ] = 10,
    report: Annotated[
        int, typer.Option(min=0, help="Fresh seekers, sealed until the end, for the figures before and after.")
    ] = 48,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Local processes for simulation. Default: one for each core, up to four; none with language models.",
        ),
    ] = None,
    episodes: Annotated[int | None, typer.Option(min=1, help="Most conversations that the run may simulate.")] = None,
    estimate: WantEstimate = False,
    budget: Spend = None,
    record: Record = None,
    replay: Replay = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Let a bank get better, on evidence.

    Seekers of several profiles are simulated; a judge follows their emotion; what went wrong is diagnosed, and a
    change of the bank is proposed. The change is tried on fresh seekers, each met twice: with today's bank and with
    the changed one. It enters only if the evidence shows that it helps, and that nobody is harmed. *Undecided* means
    not accepted. A run takes some minutes.
    """
    from esc_skills.paying import accounted, paid_for, print_estimate, spent, usage_json, workers_for
    from graphs.context import EvolutionContext
    from graphs.simulation import close_engines
    from nodes.context import STARTER

    settings = EvolutionContext(
        bank=bank or STARTER,
        rounds=rounds,
        seed=seed,
        proposals=proposals,
        pairs=pairs,
        others=pairs,
        tests=tests,
        report=report,
        episodes=episodes,
        **paid_for(record, replay, budget),
    )
    if estimate:
        from esc_skills.console import print_json
        from graphs.estimate import evolution

        expected = evolution(settings)
        print_json(expected.model_dump(mode="json")) if as_json else print_estimate(expected)
        return
    processes = workers_for(settings, workers, _cores())
    place = _place(bank, seed)
    _prepare(place, new=bank is None)
    context = EvolutionContext(**{**dict(settings), "bank": place, "workers": processes})
    try:
        with accounted(context):
            result = _run(context)
    except KeyboardInterrupt:
        from esc_skills.console import err

        err.print(f"Stopped. What was accepted until then is in {place}.", markup=False, soft_wrap=True)
        raise
    finally:
        close_engines()
    from esc_skills.console import print_json
    from esc_skills.evolution_report import comparison_of, print_summary
    from nodes.context import open_bank

    summary = result["summary"]
    compared = comparison_of(open_bank(place).ledger.episodes(run=result["run"], stage="report"), summary)
    summary["comparison"] = compared.model_dump() if compared else None
    summary["usage"] = usage_json(spent(context))
    folder = Path() if "://" in place else Path(place)
    record = folder / f"{result['run']}.json"
    record.write_text(_as_json(result), encoding="utf-8")
    if as_json:
        print_json({**summary, "place": place, "record": str(record)})
    else:
        print_summary(result, bank=place, record=str(record))


def _place(bank: str | None, seed: int) -> str:
    from esc_skills.places import own_bank

    if bank is not None:
        return own_bank(bank)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return str(Path("runs") / f"{stamp}-seed{seed}")


def _prepare(place: str, *, new: bool) -> None:
    """Open the bank, so that a missing or newer one is told before anything is spent; give a new one its skills."""
    from nodes.context import open_bank, starter_changes

    bank = open_bank(place, create=new)
    if new:
        bank.commit(starter_changes(), expected_generation=bank.generation, note="starter bank")


def _cores() -> int:
    import os

    return min(4, os.cpu_count() or 1)


def _run(context: "EvolutionContext") -> dict[str, Any]:
    from esc_skills.console import progress
    from graphs import evolution

    result: dict[str, Any] = {}
    with progress() as bar:
        watch = _Watch(bar)
        stream: Any = evolution.graph.stream(
            {},
            context=context,
            stream_mode=["custom", "values"],
            subgraphs=True,
            # Without the second, LangGraph's threads would ask an endpoint fewer things at once than the cap allows.
            config={"recursion_limit": 10_000, "max_concurrency": context.concurrency},
        )
        for _, mode, chunk in stream:
            if mode == "custom":
                watch.tell(chunk)
            elif "summary" in chunk:
                result = chunk
    return result


class _Watch:
    """Turns the run's events into a progress bar and a line for each verdict."""

    def __init__(self, bar: "Progress") -> None:
        self._bar = bar
        self._task = bar.add_task("opening the bank", total=None)
        self._left = 0

    def tell(self, event: dict[str, Any]) -> None:
        """Show one event."""
        from esc_skills.console import counted, next_phase

        bar, task = self._bar, self._task
        match event["event"]:
            case "round":
                self._left = event["seekers"]
                next_phase(bar, task, f"round {event['round']} of {event['rounds']}: seekers", event["seekers"])
            case "episode":
                bar.advance(task)
                self._left -= 1
                if not self._left:
                    next_phase(bar, task, "diagnosing, and proposing a change")
            case "diagnosed":
                found = event["diagnoses"]
                bar.console.print(f"round {event['round']}: {found} {'diagnosis' if found == 1 else 'diagnoses'}")
            case "proposed":
                bar.console.print(f"round {event['round']}: {counted(event['changes'], 'change')} proposed")
                next_phase(bar, task, "screening on conversations that failed")
            case "screened" if event["rejected"]:
                bar.console.print(f"  {event['change']}: screened out: {event['rejected']}")
            case "screened":
                next_phase(bar, task, f"verifying {event['change']}: pairs")
            case "pairs":
                bar.update(task, description=f"verifying {event['change']}: pairs", completed=event["pairs"])
            case "verdict":
                bar.console.print(f"  {event['change']}: {event['outcome']} after {event['pairs']} pairs")
            case "report":
                next_phase(bar, task, "final figures on sealed seekers", 2 * event["seekers"])
            case _:
                pass


def _as_json(result: dict[str, Any]) -> str:
    import json

    kept = {key: value for key, value in result.items() if key not in ("played", "seats", "queue", "change", "verdict")}
    return json.dumps(kept, ensure_ascii=False, indent=1)
