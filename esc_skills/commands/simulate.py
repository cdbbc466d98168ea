"""`esc-skills simulate`: conversations with simulated seekers, and their figures; several supporters side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from esc_skills.paying import Record, Replay, Spend, WantEstimate

if TYPE_CHECKING:
    from conversation.profile import Profile
    from esc_skills.keeping import Keeping


def simulate(
    profiles: Annotated[
        str,
        typer.Option(
            help="Authored profiles by id, comma-separated; a split such as 'train'; 'fresh:N' for N generated ones; "
            "or a file of profiles (.json, .jsonl)."
        ),
    ] = "train",
    bank: Annotated[
        str | None, typer.Option(help="Bank to answer with; 'none' for no skills.  [default: starter]")
    ] = None,
    arms: Annotated[
        str | None,
        typer.Option(
            help="Several banks, comma-separated, that meet the same seekers with the same seeds: 'none', 'starter', "
            "a bank, or a bank at a generation as in 'my_bank@4'."
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Conversations with each seeker.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same conversations.")] = 0,
    turns: Annotated[int, typer.Option(min=1, max=50, help="Most exchanges in a conversation (SAGE: 10).")] = 10,
    judge_samples: Annotated[
        int, typer.Option(min=1, max=15, help="Ask the judge so often about each reply; the median counts.")
    ] = 1,
    workers: Annotated[int, typer.Option(min=0, help="Local processes; 0 stays in this one.")] = 0,
    concurrency: Annotated[
        int, typer.Option(min=1, help="Questions to language models at the same time, in all processes together.")
    ] = 16,
    estimate: WantEstimate = False,
    budget: Spend = None,
    record: Record = None,
    replay: Replay = None,
    show: Annotated[bool, typer.Option("--show", help="Print every conversation, turn by turn.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the episodes as JSON lines, each the moment it has ended.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on from the output file, and from the ledgers of the banks: what they hold is not played again.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Simulate seekers and follow their emotion, turn by turn, from 40 to where the conversation leads them.

    Every episode is kept the moment it has ended: in the output file, and in the ledger of a bank that lasts.
    """
    from conversation.seeds import Stream, derived_seed
    from esc_skills.arms import arms_of
    from esc_skills.console import print_json, progress
    from esc_skills.conversations import print_arms, print_failures, print_shown, run_json
    from esc_skills.errors import Usage
    from esc_skills.keeping import Keeping
    from esc_skills.paying import accounted, paid_for, print_estimate, print_usage, spent, workers_for
    from esc_skills.seekers import check_playable
    from graphs.estimate import conversations
    from graphs.simulation import Job, close_engines, engine_of
    from nodes.estimate import together

    if bank is not None and arms is not None:
        raise Usage("--bank and --arms: one arm or several; name every bank in --arms")
    seekers = _seekers(profiles, derived_seed(seed, Stream.SIMULATE))
    settings = {"seed": seed, "turn_limit": turns, "judge_samples": judge_samples, "concurrency": concurrency}
    named = arms.split(",") if arms is not None else [bank or "starter"]
    chosen = arms_of(named, {**settings, **paid_for(record, replay, budget)})
    context = chosen[0].context
    if estimate:
        each = [conversations(arm.context, seekers, seeds * len(seekers)) for arm in chosen]
        expected = together(each)
        print_json(expected.model_dump(mode="json")) if as_json else print_estimate(expected)
        return
    workers = workers_for(context, workers, 0)
    check_playable(seekers, context.resources.models)
    ledgers = [arm.ledger for arm in chosen]
    if resume and output is None and not any(ledgers):
        raise Usage("--resume: there is nothing to go on from; name the file with --output, or a bank that lasts")
    # The arms of one seat side by side: a run that breaks off has whole pairs, and an endpoint that changes in the
    # course of a run changes for all arms alike.
    seats = [
        (p, derived_seed(seed, Stream.SIMULATE, p.id, s), arm) for p in seekers for s in range(seeds) for arm in chosen
    ]
    jobs = [Job(profile=profile, seed=drawn, context=arm.context) for profile, drawn, arm in seats]
    keeping = Keeping(jobs, [ledger for _ in range(seeds * len(seekers)) for ledger in ledgers], output, resume=resume)
    try:
        _tell_resumed(keeping, output, resume)
        with accounted(context), progress() as bar:
            task = bar.add_task("conversations", total=keeping.conversations, completed=keeping.already_played)
            engine_of(workers).play(keeping.missing, keeping.keeper(lambda: bar.advance(task)))
        episodes = keeping.finish()
    finally:
        close_engines()
        keeping.close()
    by_arm = {arm.name: episodes[number :: len(chosen)] for number, arm in enumerate(chosen)}
    played = [profile for profile, _, arm in seats if arm is chosen[0]]
    if show:
        print_shown(played, by_arm)
    if as_json:
        print_json(run_json(chosen, by_arm, seed, keeping.already_played, spent(context)))
    else:
        print_arms(played, by_arm)
        print_usage(spent(context))
    print_failures(episodes, output)


def _tell_resumed(keeping: "Keeping", output: Path | None, resume: bool) -> None:
    from esc_skills.console import err

    if keeping.cut:
        err.print(f"{output}: a half-written last line was cut off", markup=False)
    if resume:
        count, all_ = keeping.already_played, keeping.conversations
        err.print(f"{count:,} of {all_:,} conversations stand already and are not played again", markup=False)


def _seekers(wanted: str, seed: int) -> "list[Profile]":
    from conversation.profile import Split
    from conversation.profiles import authored, profile
    from conversation.scenarios import fresh_profiles
    from esc_skills.errors import Usage
    from esc_skills.seekers import from_file

    if wanted in set(Split):
        return [seeker for seeker in authored() if seeker.split.value == wanted]
    if wanted.startswith("fresh:"):
        count = wanted.removeprefix("fresh:")
        if not count.isdigit() or int(count) < 1:
            raise Usage(f"--profiles {wanted}: write how many, such as 'fresh:20'")
        return list(fresh_profiles(seed, int(count)))
    if wanted.endswith((".json", ".jsonl")):
        return list(from_file(Path(wanted)))
    return [profile(name.strip()) for name in wanted.split(",")]
