"""How does a person, or another program, see simulated conversations? One by one, by arm, and arm against arm."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conversation.episode import Episode
    from conversation.profile import Profile
    from esc_skills.arms import Arm
    from evaluation.arms import Difference
    from nodes.usage import Usage

MOST_REASONS = 5

ByArm = Mapping[str, "Sequence[Episode]"]


def run_json(arms: "Sequence[Arm]", by_arm: ByArm, seed: int, already_played: int, usage: "Usage") -> dict[str, Any]:
    """The figures for other programs. One arm's stand at the top; several are listed, with their differences."""
    from conversation.episode import figures
    from esc_skills.paying import usage_json
    from evaluation.arms import differences

    told = []
    for arm in arms:
        view = arm.context.resources.view
        where = {"bank": arm.context.bank, "generation": view.generation, "bank_hash": view.content_hash}
        told.append({**where, **figures(by_arm[arm.name]).model_dump()})
    run = {"seed": seed, "already_played": already_played, "usage": usage_json(usage)}
    if len(arms) == 1:
        return {**told[0], **run}
    return {
        "arms": [{"arm": arm.name, **each} for arm, each in zip(arms, told, strict=True)],
        "differences": [each.model_dump(mode="json") for each in differences(by_arm)],
        **run,
    }


def print_arms(profiles: "Sequence[Profile]", by_arm: ByArm) -> None:
    """A table for each arm; with several, their figures side by side, and every two of them compared."""
    from evaluation.arms import differences

    for name, episodes in by_arm.items():
        _print_table(f"conversations, {name}" if len(by_arm) > 1 else "conversations", profiles, episodes)
    if len(by_arm) > 1:
        _print_figures(by_arm)
        _print_differences(differences(by_arm))


def print_shown(profiles: "Sequence[Profile]", by_arm: ByArm) -> None:
    """Every conversation, turn by turn; those of one seeker and seed next to each other."""
    for number, profile in enumerate(profiles):
        for name, episodes in by_arm.items():
            _print_episode(profile, episodes[number], f"{name}: " if len(by_arm) > 1 else "")


def print_failures(episodes: "Sequence[Episode]", output: Path | None) -> None:
    """Which conversations could not be played to their end, and why; and where all of them are."""
    from esc_skills.console import err

    reasons = Counter(episode.error for episode in episodes if not episode.scored)
    if reasons:
        count = sum(reasons.values())
        err.print(
            f"{count:,} of {len(episodes):,} conversations failed and are unscored; --resume tries them again",
            style="yellow",
        )
    for reason, count in reasons.most_common(MOST_REASONS):
        err.print(f"  {count:,} × {reason}", style="yellow", markup=False)
    if output:
        err.print(f"Episodes written to {output}", markup=False)


def _print_table(title: str, profiles: "Sequence[Profile]", episodes: "Sequence[Episode]") -> None:
    from rich.table import Table

    from conversation.episode import band, figures
    from esc_skills.console import out, percent, points

    table = Table(title=title, title_justify="left")
    for column in ("seeker", "end", "turns", "emotion", "band", "skills used"):
        table.add_column(column, justify="right" if column in ("turns", "emotion") else "left", overflow="fold")
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


def _print_figures(by_arm: ByArm) -> None:
    from rich.table import Table

    from conversation.episode import figures
    from esc_skills.console import out, percent, points

    table = Table(title="arms", title_justify="left")
    table.add_column("arm", overflow="fold")
    for column in ("talks", "unscored", "emotion", "success", "failure", "turns", "safety events"):
        table.add_column(column, justify="right")
    for name, episodes in by_arm.items():
        f = figures(episodes)
        means = (points(f.final_emotion), percent(f.success_rate), percent(f.failure_rate), points(f.mean_turns))
        table.add_row(name, str(f.episodes), str(f.unscored), *means, str(f.safety_events))
    out.print(table)


def _print_differences(found: "Sequence[Difference]") -> None:
    from rich.table import Table

    from esc_skills.console import out, points

    table = Table(title="paired differences of final emotion", title_justify="left")
    table.add_column("arms", overflow="fold")
    for column in ("points", "95 % interval", "seekers", "pairs", "unscored"):
        table.add_column(column, justify="right")
    for each in found:
        low_high = " to ".join(points(end, sign=True) for end in each.interval) if each.interval else "–"
        counts = (str(each.seekers), str(each.pairs), str(each.unscored))
        table.add_row(f"{each.second} − {each.first}", points(each.mean, sign=True), low_high, *counts)
    out.print(table)
    out.print("Intervals: bootstrap over seekers, each for its own two arms.", style="dim")


def _print_episode(profile: "Profile", episode: "Episode", arm: str) -> None:
    from rich.markup import escape

    from esc_skills.console import out

    out.print(
        f"\n{escape(arm)}[bold]{profile.id}[/] {profile.persona.name}, {profile.character.value}: {episode.end.value}"
    )
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
