"""`esc-skills simulate`: conversations with simulated seekers, and their figures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from esc_skills.paying import Record, Replay, Spend, WantEstimate

if TYPE_CHECKING:
    from conversation.episode import Episode
    from conversation.profile import Profile


def simulate(
    profiles: Annotated[
        str,
        typer.Option(
            help="Authored profiles by id, comma-separated; a split such as 'train'; 'fresh:N' for N generated ones; "
            "or a file of profiles (.json, .jsonl)."
        ),
    ] = "train",
    bank: Annotated[str, typer.Option(help="Bank to answer with; 'none' for no skills.")] = "starter",
    seeds: Annotated[int, typer.Option(min=1, help="Conversations with each seeker.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same conversations.")] = 0,
    turns: Annotated[int, typer.Option(min=1, max=50, help="Most exchanges in a conversation (SAGE: 10).")] = 10,
    judge_samples: Annotated[
        int, typer.Option(min=1, max=15, help="Ask the judge so often about each reply; the median counts.")
    ] = 1,
    workers: Annotated[int, typer.Option(min=0, help="Local processes; 0 stays in this one.")] = 0,
    estimate: WantEstimate = False,
    budget: Spend = None,
    record: Record = None,
    replay: Replay = None,
    show: Annotated[bool, typer.Option("--show", help="Print every conversation, turn by turn.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write the episodes as JSON lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Simulate seekers and follow their emotion, turn by turn, from 40 to where the conversation leads them."""
    from conversation.episode import figures
    from conversation.seeds import Stream, derived_seed
    from esc_skills.console import out, print_json, progress
    from esc_skills.errors import Usage
    from esc_skills.paying import accounted, paid_for, print_estimate, print_usage, spent, usage_json, workers_for
    from esc_skills.seekers import check_playable
    from graphs.context import Context
    from graphs.estimate import conversations
    from graphs.simulation import Job, close_engines, engine_of

    if output is not None and not output.parent.is_dir():
        raise Usage(f"--output {output}: there is no folder {output.parent}")
    seekers = _seekers(profiles, derived_seed(seed, Stream.SIMULATE))
    settings = paid_for(record, replay, budget)
    context = Context(bank=bank, seed=seed, turn_limit=turns, judge_samples=judge_samples, **settings)
    if estimate:
        expected = conversations(context, seekers, seeds * len(seekers))
        print_json(expected.model_dump(mode="json")) if as_json else print_estimate(expected)
        return
    workers = workers_for(context, workers, 0)
    check_playable(seekers, context.resources.models)
    jobs = [
        Job(profile=p, seed=derived_seed(seed, Stream.SIMULATE, p.id, s), context=context)
        for p in seekers
        for s in range(seeds)
    ]
    try:
        with accounted(context), progress() as bar:
            task = bar.add_task("conversations", total=len(jobs))
            episodes = engine_of(workers).play(jobs, lambda _: bar.advance(task))
    finally:
        close_engines()
    if output:
        output.write_text("".join(f"{e.model_dump_json()}\n" for e in episodes), encoding="utf-8")
    if show:
        for profile, episode in zip((job.profile for job in jobs), episodes, strict=True):
            _print_episode(profile, episode)
    result = figures(episodes)
    if as_json:
        print_json({"bank": bank, "seed": seed, **result.model_dump(), "usage": usage_json(spent(context))})
        return
    _print_table([job.profile for job in jobs], episodes)
    print_usage(spent(context))
    if output:
        out.print(f"Episodes written to {output}")


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


def _print_table(profiles: "list[Profile]", episodes: "list[Episode]") -> None:
    from rich.table import Table

    from conversation.episode import band, figures
    from esc_skills.console import out, percent, points

    table = Table(title="conversations", title_justify="left")
    for column in ("seeker", "end", "turns", "emotion", "band", "skills used"):
        table.add_column(column, justify="right" if column in ("turns", "emotion") else "left")
    for profile, episode in zip(profiles, episodes, strict=True):
        used = dict.fromkeys(turn.used.skill_id for turn in episode.turns if turn.used)
        final = episode.final_emotion
        table.add_row(
            profile.id,
            episode.end.value.replace("_", " "),
            str(len(episode.turns)),
            "unscored" if final is None else str(final),
            "–" if final is None else band(final),
            ", ".join(used) or "–",
        )
    out.print(table)
    f = figures(episodes)
    out.print(
        f"{f.episodes} conversations: final emotion {points(f.final_emotion)}, success {percent(f.success_rate)}, "
        f"failure {percent(f.failure_rate)}, {points(f.mean_turns)} turns, {f.safety_events} safety events, "
        f"{f.unscored} unscored"
    )


def _print_episode(profile: "Profile", episode: "Episode") -> None:
    from esc_skills.console import out

    out.print(f"\n[bold]{profile.id}[/] {profile.persona.name}, {profile.character.value}: {episode.end.value}")
    emotion = 40
    for turn in episode.turns:
        used = f" ({turn.used.skill_id}, {turn.used.step_id})" if turn.used else ""
        change = f" {turn.emotion - emotion:+d} → {turn.emotion}" if turn.emotion is not None else ""
        emotion = turn.emotion if turn.emotion is not None else emotion
        out.print(f"  seeker: {turn.seeker}", markup=False)
        out.print(f"  supporter{used}: {turn.reply}", markup=False)
        if turn.appraisal:
            out.print(f"    {turn.appraisal.monologue}{change}", style="dim", markup=False)
    if episode.error:
        out.print(f"  {episode.error}", style="red", markup=False)
