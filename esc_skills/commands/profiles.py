"""`esc-skills profiles`: the simulated seekers, authored, imported or new."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from conversation.profile import Profile

app = typer.Typer(help="Look at simulated seekers, bring in others, and make new ones.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
OwnFile = Annotated[Path | None, typer.Option("--file", help="A file of profiles, instead of those that are authored.")]
FORMAT_HELP = "'own', 'sage-profiles' or 'esc-judge'; recognised when left out."


@app.command("list")
def list_profiles(
    split: Annotated[str, typer.Option(help="Only this split: train, selection, audit or report.")] = "",
    cell: Annotated[str, typer.Option(help="Only this cell, intention/character, or a part of its name.")] = "",
    scenario: Annotated[str, typer.Option(help="Only this scenario, or a part of its name.")] = "",
    file: OwnFile = None,
    as_json: Json = False,
) -> None:
    """List seekers. The cell holds the hidden intention: keep it away from analysts and supporters."""
    from esc_skills.console import counted, indented, out, print_json
    from esc_skills.errors import Usage

    found = [
        p
        for p in _all(file)
        if (not split or p.split.value == split)
        and cell.casefold() in p.cell
        and scenario.casefold() in p.story.scenario.value
    ]
    if not found:
        wanted = ", ".join(f"{n} '{v}'" for n, v in (("split", split), ("cell", cell), ("scenario", scenario)) if v)
        raise Usage(f"no profile has {wanted or 'been found'}; 'esc-skills profiles list' without filters shows all")
    if as_json:
        print_json([_brief(profile) for profile in found])
        return
    out.print(f"{counted(len(found), 'seeker')}: id, who it is, scenario, cell (hidden intention/character), split")
    for p in found:  # no table: other commands ask for the id, so it must stand on one line
        out.print(p.id, style="bold", markup=False, soft_wrap=True)
        indented(f"{p.persona.name}, {p.persona.age}, {p.persona.occupation}")
        indented(f"{p.story.scenario.value}, {p.cell}, {p.split.value}", style="dim")


def _brief(profile: "Profile") -> dict[str, Any]:
    return {
        "id": profile.id,
        "split": profile.split.value,
        "cell": profile.cell,
        "scenario": profile.story.scenario.value,
        "locale": profile.locale,
        "name": profile.persona.name,
        "age": profile.persona.age,
        "occupation": profile.persona.occupation,
        "topic": profile.story.topic,
        "counter": bool(profile.harmful_claim),
        "source": profile.source,
        "licence": profile.licence,
        "unplayable": profile.unplayable,
    }


@app.command()
def show(
    profile_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the seeker, as 'profiles list' shows it.")],
    file: OwnFile = None,
    as_json: Json = False,
) -> None:
    """Show one seeker as a page, what is hidden included."""
    from esc_skills.console import out, print_json
    from esc_skills.errors import Usage
    from esc_skills.seekers import named

    if file is None:
        found = named(profile_id)
    else:
        by_id = {p.id: p for p in _all(file)}
        if profile_id not in by_id:
            raise Usage(f"{file} holds no profile '{profile_id}'")
        found = by_id[profile_id]
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    from rich.markdown import Markdown

    from esc_skills.profile_page import page

    out.print(Markdown(page(found)))


@app.command("import")
def import_profiles(
    file: Annotated[Path, typer.Argument(help="SAGE profiles, ESC-Judge roles, or our own format.")],
    output: Annotated[Path, typer.Option(help="The file to write, in our own format (JSON lines).")],
    format: Annotated[str | None, typer.Option(help=FORMAT_HELP)] = None,
    split: Annotated[str, typer.Option(help="What the seekers may be used for.")] = "train",
    intention: Annotated[
        str, typer.Option(help="Hidden intention of all of them, where the source has none (ESC-Judge).")
    ] = "",
    draw: Annotated[int | None, typer.Option(help="Or a seed by which one of the eight is drawn for each.")] = None,
) -> None:
    """Convert profiles to our own format. What cannot be taken is named and counted."""
    from conversation.profile import Intention, Split
    from conversation.profile_formats import Asked, read_profiles
    from esc_skills.console import err, out
    from esc_skills.errors import Usage
    from esc_skills.writing import write_lines

    if split not in set(Split):
        raise Usage(f"--split {split}: there are {', '.join(Split)}")
    if intention and intention not in set(Intention):
        raise Usage(f"--intention {intention}: there are {', '.join(Intention)}")
    if intention and draw is not None:
        raise Usage("give either --intention or --draw")
    asked = Asked(split=Split(split), intention=Intention(intention) if intention else None, draw=draw)
    reading = read_profiles(file, format=format, skip_bad=True, asked=asked)
    for bad in reading.refused:
        err.print(str(bad), markup=False, soft_wrap=True)
    if not reading.profiles:
        raise Usage(f"{file}: none of {len(reading.refused)} records could be taken; the first: {reading.refused[0]}")
    write_lines(output, (profile.model_dump_json() for profile in reading.profiles))
    out.print(
        f"{len(reading.profiles)} seekers ({reading.format}) written to {output}, {len(reading.refused)} refused",
        markup=False,
        soft_wrap=True,
    )
    alone = [profile for profile in reading.profiles if profile.unplayable]
    if alone:
        out.print(f"{len(alone)} of them are for language models: {alone[0].unplayable}", markup=False, soft_wrap=True)
    if draw is not None:
        out.print(
            f"Hidden intentions were drawn with seed {draw} where the source has none; the profiles say so.",
            soft_wrap=True,
        )


@app.command("check")
def check_profiles(
    file: Annotated[Path, typer.Argument(help="A file of profiles in any format that is known.")],
    format: Annotated[str | None, typer.Option(help=FORMAT_HELP)] = None,
    draw: Annotated[int | None, typer.Option(help="Seed for hidden intentions, where the source has none.")] = None,
) -> None:
    """Check every profile of a file: one line for every problem, and exit code 1 if there is one."""
    from conversation.profile_check import faults
    from conversation.profile_formats import Asked, read_profiles
    from esc_skills.console import out

    reading = read_profiles(file, format=format, skip_bad=True, asked=Asked(draw=draw))
    problems = [str(bad) for bad in reading.refused]
    problems += [f"{file}, seeker '{p.id}': {problem}" for p in reading.profiles for problem in faults(p)]
    for problem in problems:
        out.print(problem, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    alone = sum(bool(profile.unplayable) for profile in reading.profiles)
    out.print(f"{file}: {len(reading.profiles)} seekers, sound; {alone} of them for language models only", markup=False)


@app.command()
def generate(
    count: Annotated[int, typer.Argument(min=1, metavar="N", help="How many.")],
    seed: Annotated[int, typer.Option(help="The same seed composes the same seekers.")] = 0,
    like: Annotated[
        list[str] | None, typer.Option(help="A seeker by id, or a file of them, to be akin to; may be given again.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write them as JSON lines; printed when left out.")] = None,
) -> None:
    """Make seekers nobody has met: from authored parts, or by the model of the role 'scenario_writer'."""
    from esc_skills.console import err, out
    from esc_skills.writing import write_lines
    from nodes.context import Context

    models = [profile for name in like or [] for profile in _named(name)]
    resources = Context().resources
    written = resources.models.configured("scenario_writer")
    if written:
        from conversation.profiles import authored, counter
        from nodes.scenario_writer import write_seekers

        made = write_seekers(resources.chat, count, seed=seed, like=models, known=(*authored(), *counter()))
    else:
        from conversation.scenarios import fresh_profiles

        made = fresh_profiles(seed, count, tuple(p.cell for p in models) or None)
    lines = [profile.model_dump_json() for profile in made]
    how = f"written by {resources.models.of('scenario_writer').model}" if written else "composed from authored parts"
    if output:
        write_lines(output, lines)
        out.print(f"{len(made)} seekers, {how}, written to {output}", markup=False)
    else:
        for line in lines:
            print(line)
        err.print(f"{len(made)} seekers, {how}", markup=False)


def _named(name: str) -> "tuple[Profile, ...]":
    from esc_skills.seekers import from_file, named

    return from_file(Path(name)) if name.endswith((".json", ".jsonl")) else (named(name),)


def _all(file: Path | None) -> "tuple[Profile, ...]":
    from conversation.profiles import authored, counter
    from esc_skills.seekers import from_file

    return (*authored(), *counter()) if file is None else from_file(file)
