"""What did an evolution run find and change? Its summary, for a terminal."""

from typing import Any

from rich.table import Table

from esc_skills.console import out, percent, points


def print_summary(result: dict[str, Any], *, bank: str, record: str) -> None:
    """Rounds, verdicts with their evidence, the figures before and after, and where everything is."""
    summary = result["summary"]
    entries = result.get("record", [])
    out.print()
    out.print(f"[bold]{summary['run']}[/]: {summary['rounds']} rounds, {summary['episodes']} conversations simulated")
    for entry in entries:
        _verdict(entry)
    if not entries:
        out.print("No change was proposed.")
    if summary.get("alarm"):
        out.print(f"[bold red]Alarm:[/] {summary['alarm']}")
    if "before" in summary:
        _figures(summary)
    out.print(f"Stopped because {summary['stop']}." if summary.get("stop") else "")
    out.print(f"Bank:   {bank} (generation {summary['generation']})", soft_wrap=True)
    out.print(f"Record: {record}", soft_wrap=True)
    out.print(f"Look at it:  esc-skills bank list --bank {bank}", soft_wrap=True)
    out.print(f"Talk to it:  esc-skills chat --explain --bank {bank}", soft_wrap=True)
    out.print(f"Go on:       esc-skills evolve --bank {bank} --seed {1 + _seed(summary['run'])}", soft_wrap=True)


def _seed(run: str) -> int:
    return int(run.split("-")[1])


def _verdict(entry: dict[str, Any]) -> None:
    change, verdict = entry["change"], entry["verdict"]
    colour = {"accepted": "green", "rejected": "red"}.get(verdict["outcome"], "yellow")
    names = [skill["title"] for skill in change["skills"]] or change["targets"]
    out.print()
    out.print(f"round {entry['round']}: {change['kind']} “{', '.join(names)}” → [bold {colour}]{verdict['outcome']}[/]")
    out.print(f"  why proposed: {change['reason']}")
    out.print(f"  verdict: {'; '.join(verdict['reasons'])}")
    concerned = [pair for pair in verdict["pairs"] if pair["concerned"]]
    others = len(verdict["pairs"]) - len(concerned)
    if verdict["rule"] == "screen":
        out.print(f"  screened on {len(concerned)} pairs of seekers who failed")
        return
    line = f"  evidence: {len(concerned)} pairs of the seekers concerned, {others} of others"
    if verdict["mean_difference"] is not None:
        line += f"; difference {points(verdict['mean_difference'], sign=True)} points"
    if verdict["interval"]:
        low, high = verdict["interval"]
        line += f" (95 % interval {points(low, sign=True)} to {points(high, sign=True)})"
    out.print(f"{line}; e-value {verdict['e_value']:.1f} of {verdict['threshold']:.0f} needed")
    if verdict["others_lower_bound"] is not None:
        out.print(f"  others: lower bound {points(verdict['others_lower_bound'], sign=True)} points")
    if verdict["would_have_taken"]:
        out.print(f"  it would have taken {verdict['would_have_taken']}")


def _figures(summary: dict[str, Any]) -> None:
    before, after = summary["before"], summary["after"]
    out.print()
    table = Table(title=f"{summary['seekers']} sealed seekers that nothing in the run has seen", title_justify="left")
    for column in ("", "final emotion", "success", "failure", "turns", "safety events", "unscored"):
        table.add_column(column, justify="left" if not column else "right")
    for name, row in (("before", before), ("after", after)):
        table.add_row(
            f"{name} (generation {summary['first_generation' if name == 'before' else 'generation']})",
            points(row["final_emotion"]),
            percent(row["success_rate"]),
            percent(row["failure_rate"]),
            points(row["mean_turns"]),
            str(row["safety_events"]),
            str(row["unscored"]),
        )
    out.print(table)
    out.print(_difference(summary))


def _difference(summary: dict[str, Any]) -> str:
    if summary["generation"] == summary["first_generation"]:
        return "Nothing was accepted: before and after are the same bank."
    differences = summary["differences"]
    if len(differences) < 2:
        return "Too few scored pairs for an interval."
    from scipy import stats

    result = stats.bootstrap(
        (differences,), lambda values, axis: values.mean(axis=axis), n_resamples=2000, random_state=0, method="basic"
    )
    low, high = result.confidence_interval
    mean = sum(differences) / len(differences)
    return (
        f"Paired difference {points(mean, sign=True)} points, 95 % interval {points(low, sign=True)} to "
        f"{points(high, sign=True)} (bootstrap over {len(differences)} seekers). Simulator and judge: embedded engine "
        "where no model is configured; simulated seekers are not people."
    )
