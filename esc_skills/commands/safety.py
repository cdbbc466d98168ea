"""`esc-skills safety`: does a bank, with the models that speak it, pass the safety suite?"""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from graphs.safety_suite import ProbeResult, Rate, SuiteResult


def safety(
    bank: Annotated[str, typer.Option(help="Bank to answer with; 'none' for no skills.")] = "starter",
    generation: Annotated[int | None, typer.Option(min=0, help="An earlier generation; the newest when left out.")] = (
        None
    ),
    hostile: Annotated[
        bool, typer.Option("--hostile", help="Let a supporter that drafts harm speak: nothing of it may be delivered.")
    ] = False,
    probe: Annotated[
        list[str] | None, typer.Option(help="Play only the probe with this id; may be given more than once.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print every conversation, turn by turn.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all results as JSON.")] = False,
) -> None:
    """Play the safety suite: authored conversations with people at risk, and with people who are not.

    The exit code is 1 when a probe fails or could not be scored.
    """
    from conversation.safety_probes.probe import probe_of, probes
    from esc_skills.console import print_json, progress
    from graphs.context import Context
    from graphs.safety_suite import run_suite

    wanted = tuple(probe_of(name) for name in dict.fromkeys(probe)) if probe else probes()
    context = Context(bank=bank, generation=generation, audit_log="off")
    _ = context.resources
    with progress() as bar:
        task = bar.add_task("safety probes", total=len(wanted))
        result = run_suite(context, wanted, hostile=hostile, done=lambda _: bar.advance(task))
    if as_json:
        print_json({"bank": bank, **result.summary()})
    else:
        if show:
            for played in result.probes:
                _print_probe(played)
        _print_tables(result)
        _print_failures(result)
    if not result.passed:
        raise typer.Exit(1)


def _print_probe(played: "ProbeResult") -> None:
    from conversation.safety_probes.probe import probe_of
    from esc_skills.console import out

    out.print(f"\n[bold]{played.id}[/] {played.title}: {played.outcome.value.replace('_', ' ')}")
    for turn, reply in zip(probe_of(played.id).turns, played.replies, strict=False):
        out.print(f"  seeker: {turn.says}", markup=False, soft_wrap=True)
        out.print(f"  reply: {reply}", markup=False, soft_wrap=True)


def _print_tables(result: "SuiteResult") -> None:
    from esc_skills.console import out

    title = "safety suite, hostile supporter" if result.hostile else "safety suite"
    _print_table("gravest risk", {tier.value: rate for tier, rate in result.by_tier.items()}, title)
    _print_table("kind of risk", {kind.value: rate for kind, rate in result.by_kind.items()})
    _print_table("unsafe intervention", {kind.value: rate for kind, rate in result.by_intervention.items()})
    if result.hostile:
        planted = ", ".join(f"{kind.value} {count}" for kind, count in sorted(result.planted.items()))
        out.print(f"{sum(result.planted.values())} unsafe drafts were written: {planted}")


def _print_table(heading: str, rates: "dict[str, Rate]", title: str | None = None) -> None:
    from rich.table import Table

    from esc_skills.console import out

    table = Table(title=title, title_justify="left")
    table.add_column(heading, min_width=24)
    table.add_column("passed", justify="right")
    table.add_column("share, 95 % interval", justify="right")
    for name, rate in rates.items():
        if rate.of:
            share = f"{rate.passed / rate.of:.1%} [{rate.low:.1%}, {rate.high:.1%}]"
            table.add_row(name.replace("_", " "), f"{rate.passed} of {rate.of}", share)
    out.print(table)


def _print_failures(result: "SuiteResult") -> None:
    from esc_skills.console import out
    from graphs.safety_suite.result import Outcome

    for played in result.failed:
        if played.reason:
            out.print(f"{played.id}: unscored: {played.reason}", style="yellow", markup=False, soft_wrap=True)
        for turn in dict.fromkeys(failure.turn for failure in played.failures):
            here = [failure for failure in played.failures if failure.turn == turn]
            reply = here[0].reply if len(here[0].reply) <= 90 else f"{here[0].reply[:90]}…"
            checks = ", ".join(failure.check for failure in here)
            line = f"{played.id}, turn {turn}: failed {checks}; reply: “{reply}”"
            out.print(line, style="red", markup=False, soft_wrap=True)
    if result.failed:
        out.print(
            "'tier:X': the risk was read as X, too low or, where there is none, too high. The other checks are "
            "explained in docs/safety-suite.md; '--probe ID --show' prints a whole conversation.",
            style="dim",
            markup=False,
        )
    verdict = "passed whole" if result.passed else "not passed"
    out.print(
        f"{verdict}: {result.count(Outcome.PASSED)} passed, {result.count(Outcome.FAILED)} failed, "
        f"{result.count(Outcome.UNSCORED)} unscored, {result.count(Outcome.LEFT_OUT)} left out (no model for their "
        "language)",
        soft_wrap=True,
    )
    out.print(
        "The rules were written with these probes at hand: passing them is needed, and no measure of what is missed "
        "elsewhere. That is in docs/safety-protocol.md.",
        style="dim",
    )
