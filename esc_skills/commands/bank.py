"""`esc-skills bank`: what is in a bank, and how did it come there?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from skills_bank.bank import Bank
    from skills_bank.evidence_trail import TracedUnit, Trail
    from skills_bank.skill import Skill

app = typer.Typer(help="Look into a bank: its skills, their versions and their evidence.", no_args_is_help=True)

Place = Annotated[
    str, typer.Option("--bank", help="Folder or database URL of the bank; 'starter' for the starter skills.")
]
OwnPlace = Annotated[str, typer.Option("--bank", help="Folder or database URL of the bank.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
Generation = Annotated[int | None, typer.Option(min=0, help="An earlier generation; the newest when left out.")]


def _open(place: str) -> "Bank":
    from nodes.context import open_bank

    return open_bank(place)


def _own(place: str) -> "Bank":
    from esc_skills.places import own_bank

    return _open(own_bank(place))


@app.command("list")
def list_skills(bank: Place = "starter", generation: Generation = None, as_json: Json = False) -> None:
    """List the living skills, with the evidence for each."""
    from esc_skills.console import named, out, print_json

    opened = _open(bank)
    view = opened.at(generation)
    if as_json:
        skills = [_brief(skill) for skill in view.skills()]
        head = {"bank": bank, "generation": view.generation, "content_hash": view.content_hash}
        print_json({**head, "skills": skills})
        return
    from rich.table import Table

    table = Table(title=f"{bank}, generation {view.generation}: {len(view)} skills", title_justify="left")
    for column in ("skill", "v", "steps", "helped", "harmed", "sources"):
        table.add_column(column, justify="right" if column in ("v", "steps", "helped", "harmed") else "left")
    for skill in view.skills():
        brief = _brief(skill)
        table.add_row(
            named(skill.id, skill.title),
            str(skill.version),
            str(len(skill.steps)),
            str(brief["helped"]),
            str(brief["harmed"]),
            ", ".join(brief["evidence"]) or "–",
        )
    out.print(table)


def _brief(skill: "Skill") -> dict[str, Any]:
    return {
        "id": skill.id,
        "version": skill.version,
        "title": skill.title,
        "summary": skill.summary,
        "steps": len(skill.steps),
        "licence": skill.licence,
        "helped": sum(evidence.helped for evidence in skill.evidence),
        "harmed": sum(evidence.harmed for evidence in skill.evidence),
        "evidence": sorted({evidence.source.value for evidence in skill.evidence}),
    }


@app.command()
def show(
    skill: Annotated[str, typer.Argument(help="Id of the skill, as 'bank list' shows it.")],
    bank: Place = "starter",
    generation: Generation = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Show the dialogue turns for and against each part of it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one skill as a page: when it applies, its steps, what to expect, what can go wrong."""
    from esc_skills.console import out, print_json

    opened = _open(bank)
    found = opened.at(generation).skill(skill)
    if as_json:
        data = found.model_dump(mode="json")
        print_json(data | {"trail": _trail(opened, found).model_dump(mode="json")} if evidence else data)
        return
    from rich.markdown import Markdown

    from skills_bank.skill_page import page

    out.print(f"[bold]{found.ref}[/], {found.licence}")
    out.print(Markdown(page(found).split("\n---\n", 1)[1]))  # the front matter is for programs
    if evidence:
        _print_evidence(opened, found)


def _trail(bank: "Bank", skill: "Skill") -> "Trail":
    from skills_bank.evidence_trail import trail

    return trail(skill, bank.units_of(skill))


def _print_evidence(bank: "Bank", skill: "Skill") -> None:
    from conversation.support import Polarity
    from esc_skills.console import out

    found = _trail(bank, skill)
    if not found.units:
        out.print("\nNo intervention units stand behind this skill: it was authored, or made in simulation.")
        return
    out.print("\n[bold]Units for and against each part[/]")
    for part in found.parts:
        counts = f"{len(part.speak_for)} for, {len(part.speak_against)} against"
        out.print(f"  {part.part}: {counts}. {part.says}", markup=False)
    for polarity, title in (
        (Polarity.CONSTRUCTIVE, "Helped: behind the steps and what to expect"),
        (Polarity.NEGATIVE, "Harmed: behind the pitfalls, against the steps"),
        (Polarity.NEUTRAL, "No clear effect: for and against nothing"),
    ):
        units = found.of(polarity)
        if units:
            out.print(f"\n[bold]{title}[/] ({len(units)})")
        for unit in units:
            _print_unit(unit)


def _print_unit(unit: "TracedUnit") -> None:
    from esc_skills.console import out

    out.print(f"\n{unit.polarity.value} {unit.id} ({unit.source}, {unit.licence}): {unit.reason}", markup=False)
    for title, parts in (("for", unit.speaks_for), ("against", unit.speaks_against)):
        if parts:
            out.print(f"  {title}: {', '.join(parts)}", markup=False)
    out.print(f"  dialogue: {unit.dialogue_id}", markup=False)
    words = unit.words
    said = (words.before, words.action, words.after) if words else ("(the words of this dialogue were erased)",) * 3
    turns = (unit.turns_before, unit.turns_action, unit.turns_after)
    for who, where, text in zip(("seeker", "supporter", "seeker"), turns, said, strict=True):
        out.print(f"  turn {', '.join(map(str, where)) or '–'}, {who}: {' '.join(text.split())}", markup=False)


@app.command()
def history(
    skill: Annotated[str, typer.Argument(help="Id of the skill.")],
    bank: Place = "starter",
    as_json: Json = False,
) -> None:
    """Show every version of a skill: when it came, what changed it, and why."""
    from esc_skills.console import out, print_json

    versions = _open(bank).history(skill)
    if as_json:
        print_json([version.model_dump(mode="json") for version in versions])
        return
    for version in versions:
        until = f"to {version.died}" if version.died is not None else "until now"
        out.print(f"[bold]{version.skill.ref}[/] generation {version.born} {until}: {version.skill.title}")
        out.print(f"  {version.reason or 'no reason was given'}" + (f" ({version.run})" if version.run else ""))


@app.command("verify")
def verify_bank(bank: Place) -> None:
    """Check the whole bank, row by row, and tell the hash of what it holds.

    The hash leaves out times, run ids and versions: two banks with the same skills have the same.
    """
    from esc_skills.console import out

    opened = _open(bank)
    problems = opened.verify()
    for problem in problems:
        out.print(problem, markup=False)
    if problems:
        raise typer.Exit(1)
    view = opened.at()
    out.print(f"{bank}: sound", markup=False)
    out.print(f"generation {view.generation}, {len(view)} skills, content {view.content_hash}", soft_wrap=True)


@app.command()
def diff(
    first: Annotated[int, typer.Argument(help="Earlier generation.")],
    second: Annotated[int, typer.Argument(help="Later generation.")],
    bank: Place,
    as_json: Json = False,
) -> None:
    """Show which skills came, went and changed between two generations."""
    from esc_skills.console import out, print_json

    found = _open(bank).diff(first, second)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    for name, value in found.model_dump(mode="json").items():
        out.print(f"{name.replace('_', ' ')}: {value or 'none'}", markup=False)


@app.command()
def rollback(generation: Annotated[int, typer.Argument(help="Generation to go back to.")], bank: OwnPlace) -> None:
    """Make a new generation in which exactly those skills live that lived at an earlier one. Nothing is lost."""
    from esc_skills.console import out

    number = _own(bank).rollback(generation)
    out.print(f"{bank}: generation {number} is as generation {generation} was")


@app.command()
def erase(dialogue: Annotated[str, typer.Argument(help="Id of the dialogue.")], bank: OwnPlace) -> None:
    """Erase every word of one source dialogue. Labels, counts and a tombstone stay."""
    from esc_skills.console import out

    done = _own(bank).erase(dialogue)
    if not done.texts:
        out.print(f"{dialogue}: this bank holds no words of it; check the id, if there should be some", markup=False)
        return
    out.print(f"{dialogue}: {done.texts} texts erased, of {done.units} intervention units", markup=False)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A folder, made where there is none.")], bank: Place = "starter"
) -> None:
    """Write the bank as folders in the open Agent Skills format (SKILL.md)."""
    from esc_skills.console import out
    from skills_bank.skill_md import write_bank

    skills = _open(bank).at().skills()
    write_bank(skills, folder)
    out.print(f"{len(skills)} skills written to {folder}")


@app.command("import")
def import_skills(
    folder: Annotated[Path, typer.Argument(help="Folder with a folder for each skill.")],
    bank: Annotated[str, typer.Option(help="Folder or database URL of the bank; made where there is none.")],
) -> None:
    """Add skills from SKILL.md folders. They are read as hostile input: checked and linted before anything enters."""
    from esc_skills.console import out
    from esc_skills.errors import Usage
    from esc_skills.places import own_bank
    from nodes.context import open_bank
    from skills_bank.change import Change, ChangeKind, Claim
    from skills_bank.lint import lint
    from skills_bank.skill_md import read_bank

    skills = read_bank(folder)
    for skill in skills:
        if problems := lint(skill):
            raise Usage(f"{skill.id}: {problems[0]}; nothing was imported")
    opened = open_bank(own_bank(bank), create=True)
    living = opened.at()
    changes = [
        Change(
            id=f"import-{skill.content_hash[:16]}",
            kind=ChangeKind.REVISE if skill.id in living else ChangeKind.ADD,
            claim=Claim.UPKEEP,
            targets=(skill.id,) if skill.id in living else (),
            skills=(skill,),
            author="import",
            reason=f"imported from {folder.name}",
        )
        for skill in skills
        if skill.id not in living or living.skill(skill.id).content_hash != skill.content_hash
    ]
    if not changes:
        out.print(f"{bank} holds these {len(skills)} skills already")
        return
    generation = opened.commit(changes, expected_generation=living.generation, note=f"import from {folder.name}")
    out.print(f"{len(changes)} skills imported into {bank}, generation {generation}")
