"""`esc-skills sage`: recorded SAGE conversations as leaderboard and as episodes, and our episodes in SAGE's format."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from conversation.episode import Episode
    from conversation.formats.sage_talk import SageTalk
    from evaluation.leaderboard import Paired, Standing, Supporter

app = typer.Typer(help="Read recorded SAGE conversations, and write ours in their format.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="SAGE result files (JSON lines).")]
Simulator = Annotated[
    str, typer.Option(help="Who played seeker and judge, if you know it: the files themselves do not say.")
]
Skip = Annotated[bool, typer.Option("--skip-bad", help="Go on after a record that cannot be read, and count it.")]


@app.command()
def leaderboard(
    files: Files,
    simulator: Simulator = "",
    skip_bad: Skip = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False,
) -> None:
    """Score, success and failure of each file, by intention and character; paired where files share seekers."""
    from conversation.formats.sage_episode import UNKNOWN_SIMULATOR
    from esc_skills.console import print_json
    from evaluation.leaderboard import paired, supporter

    read = _read(files, skip_bad)
    played_by = simulator or UNKNOWN_SIMULATOR
    supporters = [supporter(name, talks) for name, talks in read]
    supporters.sort(key=lambda found: -found.overall.score)
    pairs = paired(read)
    disagreements = {name: found for name, talks in read if (found := _disagreements(talks))}
    if as_json:
        print_json(
            {
                "simulator": played_by,
                "supporters": [found.model_dump(mode="json") for found in supporters],
                "paired": [pair.model_dump(mode="json") for pair in pairs],
                "disagreements": disagreements,
            }
        )
        return
    _print_board(supporters, pairs, played_by)
    _print_disagreements(disagreements)


@app.command("import")
def import_recordings(
    files: Files,
    bank: Annotated[str, typer.Option(help="Folder or database URL of the bank in whose ledger they are kept.")] = "",
    output: Annotated[Path | None, typer.Option(help="Write the episodes as JSON lines instead.")] = None,
    simulator: Simulator = "",
    skip_bad: Skip = False,
) -> None:
    """Make episodes of recorded conversations: replies, appraisals and emotion, without the hidden intention."""
    from esc_skills.console import out
    from esc_skills.errors import Usage
    from esc_skills.places import own_bank
    from esc_skills.writing import write_lines

    if bool(bank) == bool(output):
        raise Usage("name where the episodes go: either --bank or --output")
    read = _read(files, skip_bad)
    episodes = [episode for name, talks in read for episode in _episodes(name, talks, simulator)]
    unjudged = sum(episode.recorded_emotion is not None for episode in episodes)
    if output:
        write_lines(output, (episode.model_dump_json() for episode in episodes))
        out.print(f"{len(episodes)} episodes written to {output}", markup=False)
    else:
        from nodes.context import open_bank

        ledger = open_bank(own_bank(bank), create=True).ledger
        new = sum(ledger.put(episode, run=f"sage {episode.key.models['supporter']}") for episode in episodes)
        runs = ", ".join(f"'sage {name}'" for name, _ in read)
        out.print(f"{new} episodes kept in {bank}, {len(episodes) - new} were there; runs {runs}", markup=False)
    out.print(
        f"In {unjudged} of them the last reply was never appraised: its turn has no appraisal, and the final emotion "
        "is the recorded one."
    )
    _print_disagreements({name: found for name, talks in read if (found := _disagreements(talks))})


@app.command()
def export(
    output: Annotated[Path, typer.Option(help="The file to write (JSON lines).")],
    episodes: Annotated[
        Path | None, typer.Argument(help="Episodes as JSON lines, as 'simulate --output' writes them.")
    ] = None,
    bank: Annotated[str, typer.Option(help="Bank in whose ledger they are, instead of a file.")] = "",
    run: Annotated[str, typer.Option(help="The run of that bank.")] = "",
    profiles: Annotated[
        Path | None, typer.Option(help="Profiles of the seekers that are neither authored nor generated.")
    ] = None,
) -> None:
    """Write episodes in SAGE's format. It holds the hidden intention: keep it away from analysts and supporters."""
    from conversation.formats.sage_episode import record_of
    from esc_skills.console import out
    from esc_skills.errors import Usage
    from esc_skills.seekers import Seekers
    from esc_skills.writing import as_line, write_lines

    if (episodes is None) == (not bank):
        raise Usage("name the episodes: either a file, or --bank with --run")
    if bank and not run:
        raise Usage(f"--bank {bank}: name the run too, with --run")
    played = _played(episodes) if episodes else _of_run(bank, run)
    scored = [episode for episode in played if episode.scored]
    if not scored:
        raise Usage(f"{episodes or run}: there is no scored episode to write")
    known = Seekers(profiles)
    write_lines(output, [as_line(record_of(episode, known.of(episode.key))) for episode in scored])
    left = len(played) - len(scored)
    out.print(f"{len(scored)} conversations written to {output}; {left} unscored ones left out", markup=False)


def _read(files: list[Path], skip_bad: bool) -> "list[tuple[str, tuple[SageTalk, ...]]]":
    from conversation.formats.sage_episode import supporter_of
    from conversation.formats.sage_talk import read_talks
    from esc_skills.console import err
    from esc_skills.errors import Usage

    stems = [supporter_of(path) for path in files]
    read = []
    for path, stem in zip(files, stems, strict=True):
        talks, refused = read_talks(path, skip_bad=skip_bad)
        if refused:
            err.print(f"{path}: {len(refused)} records refused; the first: {refused[0]}", markup=False)
        if not talks:
            raise Usage(f"{path}: no record could be read; the first: {refused[0]}")
        read.append((stem if stems.count(stem) == 1 else str(path), talks))
    if len({name for name, _ in read}) < len(read):
        raise Usage("the same file is named twice")
    return read


def _episodes(name: str, talks: "tuple[SageTalk, ...]", simulator: str) -> "list[Episode]":
    from collections import Counter

    from conversation.formats.record import FieldError
    from conversation.formats.sage_episode import UNKNOWN_SIMULATOR, episode_of
    from esc_skills.errors import Usage
    from nodes.recorded import with_tiers

    met: Counter[str] = Counter()
    episodes = []
    for talk in talks:
        try:
            episode = episode_of(
                talk, supporter=name, simulator=simulator or UNKNOWN_SIMULATOR, sample=met[talk.seeker_id]
            )
        except FieldError as error:
            raise Usage(f"{name}, seeker '{talk.seeker_id}', {error}; nothing was imported") from error
        met[talk.seeker_id] += 1
        episodes.append(with_tiers(episode))
    return episodes


def _played(path: Path) -> "list[Episode]":
    from pydantic import ValidationError

    from conversation.episode import Episode
    from conversation.formats.lines import records_of
    from esc_skills.errors import Usage

    episodes = []
    for number, record in enumerate(records_of(path), 1):
        try:
            episodes.append(Episode.model_validate(record))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "record"
            raise Usage(f"{path}, record {number}, field '{place}': {first['msg'].lower()}") from error
    return episodes


def _of_run(bank: str, run: str) -> "list[Episode]":
    from esc_skills.errors import Usage
    from nodes.context import open_bank

    episodes = list(open_bank(bank).ledger.episodes(run=run))
    if not episodes:
        raise Usage(f"{bank} holds no episode of a run '{run}'")
    return episodes


def _disagreements(talks: "tuple[SageTalk, ...]") -> list[str]:
    return [f"seeker {talk.seeker_id}, {what}" for talk in talks for what in talk.disagreements]


def _print_disagreements(found: dict[str, list[str]]) -> None:
    from esc_skills.console import err

    for name, lines in found.items():
        err.print(
            f"{name}: {len(lines)} times the recorded changes contradict each other; the emotion points are followed",
            markup=False,
        )
        for line in lines[:10]:
            err.print(f"  {line}", markup=False)


def _print_board(supporters: "list[Supporter]", pairs: "tuple[Paired, ...]", simulator: str) -> None:
    from esc_skills.console import out

    out.print(_table("SAGE", [(found.name, found.overall) for found in supporters]))
    for title, groups in (("by intention", "by_intention"), ("by character", "by_character")):
        rows: list[Any] = [
            (f"{group}, {found.name}", getattr(found, groups)[group])
            for group in sorted({group for found in supporters for group in getattr(found, groups)})
            for found in supporters
            if group in getattr(found, groups)
        ]
        out.print(_table(title, rows))
    for pair in pairs:
        _print_pair(pair)
    out.print(f"Simulator of seekers and judge: {simulator}. Scores of different simulators cannot be compared.")


def _print_pair(pair: "Paired") -> None:
    from esc_skills.console import out, points

    interval = "" if pair.interval is None else f" (95 % {pair.interval[0]:+.1f} to {pair.interval[1]:+.1f})"
    alike = "not defined" if pair.correlation is None else f"{pair.correlation:.2f}"
    out.print(
        f"{pair.second} against {pair.first}, the same {pair.seekers} seekers: {points(pair.mean, sign=True)}{interval}"
        f", SD of the difference {points(pair.deviation)}, correlation {alike}",
        markup=False,
    )


def _share(share: float, interval: tuple[float, float]) -> str:
    return f"{share:.0%} ({interval[0] * 100:.0f}–{interval[1] * 100:.0f})"


def _table(title: str, rows: "list[tuple[str, Standing]]") -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    table.add_column("", overflow="fold")
    for column in ("n", "score ± error", "success (95 %)", "failure (95 %)", "turns"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, found in rows:
        table.add_row(
            escape(name),
            str(found.conversations),
            f"{found.score:.1f}" + ("" if found.error is None else f" ± {found.error:.1f}"),
            _share(found.success, found.success_interval),
            _share(found.failure, found.failure_interval),
            f"{found.turns:.1f}",
        )
    return table
