"""What did an evolution run find and change? Its summary, for a terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.table import Table

from esc_skills.console import counted, indented, out, percent, points
from esc_skills.paying import print_usage
from nodes.usage import Usage

if TYPE_CHECKING:
    from conversation.episode import Episode
    from evaluation.comparison import Comparison


def print_summary(result: dict[str, Any], *, bank: str, record: str) -> None:
    """Rounds, verdicts with their evidence, the figures before and after, and where everything is."""
    summary = result["summary"]
    entries = result.get("record", [])
    out.print()
    out.print(
        f"[bold]{summary['run']}[/]: {counted(summary['rounds'], 'round')}, "
        f"{counted(summary['episodes'], 'conversation')} simulated"
    )
    for entry in entries:
        _verdict(entry)
    if not entries:
        out.print("No change was proposed.")
    if summary.get("alarm"):
        out.print(f"[bold red]Alarm:[/] {summary['alarm']}")
    if "before" in summary:
        _figures(summary)
    if summary.get("stop"):
        out.print(f"Stopped because {summary['stop']}.")
    if summary["usage"]["roles"]:
        print_usage(Usage(roles=summary["usage"]["roles"]))
    out.print(f"Bank:   {bank} (generation {summary['generation']})", soft_wrap=True)
    out.print(f"Record: {record}", soft_wrap=True)
    out.print(f"Look at it:  esc-skills bank list --bank {bank}", soft_wrap=True)
    out.print(f"Talk to it:  esc-skills chat --explain --bank {bank}", soft_wrap=True)
    out.print(f"Go on:       esc-skills evolve --bank {bank} --seed {1 + _seed(summary['run'])}", soft_wrap=True)


def _seed(run: str) -> int:
    return int(run.split("-")[1])


def _who(summary: dict[str, Any]) -> str:
    """Scores do not transfer between simulators, so that each table names its own."""
    seeker, judge = summary["models"]["seeker"], summary["models"]["sage_judge"]
    return f"{seeker} engine" if seeker == judge == "embedded" else f"{seeker}; {judge}"


def _verdict(entry: dict[str, Any]) -> None:
    change, verdict = entry["change"], entry["verdict"]
    colour = {"accepted": "green", "rejected": "red"}.get(verdict["outcome"], "yellow")
    names = [skill["title"] for skill in change["skills"]] or change["targets"]
    out.print()
    out.print(
        f"round {entry['round']}: {change['kind']} “{'”, “'.join(names)}” → [bold {colour}]{verdict['outcome']}[/]"
    )
    indented(f"why proposed: {change['reason']}")
    indented(f"verdict: {'; '.join(verdict['reasons'])}")
    concerned = [pair for pair in verdict["pairs"] if pair["concerned"]]
    others = len(verdict["pairs"]) - len(concerned)
    if verdict["rule"] == "screen":
        indented(f"screened on {counted(len(concerned), 'pair')} of conversations that had failed")
        return
    line = f"evidence: {counted(len(concerned), 'pair')} of the seekers concerned, {others} of others"
    if verdict["mean_difference"] is not None:
        line += f"; difference {points(verdict['mean_difference'], sign=True)} points"
    if verdict["interval"]:
        low, high = verdict["interval"]
        line += f" (95 % interval {points(low, sign=True)} to {points(high, sign=True)})"
    indented(f"{line}; e-value {verdict['e_value']:.1f} of {verdict['threshold']:.0f} needed")
    if verdict["others_lower_bound"] is not None:
        indented(f"others: lower bound {points(verdict['others_lower_bound'], sign=True)} points")
    if verdict["would_have_taken"]:
        indented(f"it would have taken {verdict['would_have_taken']}")


def _figures(summary: dict[str, Any]) -> None:
    before, after = summary["before"], summary["after"]
    out.print()
    table = Table(title=f"{summary['seekers']} sealed seekers that nothing in the run has seen", title_justify="left")
    for column in ("generation", "final emotion", "success", "failure", "turns", "safety", "unscored"):
        table.add_column(column, justify="left" if column == "generation" else "right")
    for name, row in (("before", before), ("after", after)):
        table.add_row(
            f"{name} ({summary['first_generation' if name == 'before' else 'generation']})",
            points(row["final_emotion"]),
            percent(row["success_rate"]),
            percent(row["failure_rate"]),
            points(row["mean_turns"]),
            str(row["safety_events"]),
            str(row["unscored"]),
        )
    out.print(table)
    out.print(_difference(summary.get("comparison")))
    out.print(f"Simulator and judge: {_who(summary)}. Simulated seekers are not people.", style="dim")


def comparison_of(episodes: "Iterable[Episode]", summary: dict[str, Any]) -> "Comparison | None":
    """The final comparison, from the run's episodes at stage `report`; None where both banks are the same."""
    from evaluation.comparison import compare

    if "bank" not in summary or summary["bank"] == summary["first_bank"]:
        return None
    arms: dict[str, list[Episode]] = {summary["first_bank"]: [], summary["bank"]: []}
    for episode in episodes:
        if episode.key.bank_hash in arms:
            arms[episode.key.bank_hash].append(episode)
    for arm in arms.values():
        arm.sort(key=lambda episode: (episode.key.profile_id, episode.key.seed, episode.key.sample))
    return compare(arms[summary["first_bank"]], arms[summary["bank"]])


def _difference(comparison: dict[str, Any] | None) -> str:
    if comparison is None:
        return "Nothing was accepted: before and after are the same bank."
    if comparison["interval"] is None:
        return "Too few scored pairs for an interval."
    low, high = comparison["interval"]
    return (
        f"Paired difference {points(comparison['mean'], sign=True)} points, 95 % interval {points(low, sign=True)} to "
        f"{points(high, sign=True)} (bootstrap over {comparison['seekers']} seekers)"
        + (": on all kinds of seekers together, a gain is not shown." if low <= 0 else ".")
    )
