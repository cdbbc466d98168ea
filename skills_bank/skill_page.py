"""How does a skill read as a page? `SKILL.md`: frontmatter of the Agent Skills format and a body for a clinician."""

import json
from collections.abc import Iterable

from conversation.support import ResponseChange
from skills_bank.skill import Conditions, Evidence, Example, Exclusions, Skill, Step

PAGE_FORMAT = "1"
"""Raised when the rendering changes, so that a page can be told from an edited one."""
MOST_UNITS_SHOWN = 20


def page(skill: Skill) -> str:
    """The whole `SKILL.md` of a skill: a pure function of its fields, ending in a newline.

    Text of the skill is flattened to one line and cannot open a heading, a comment or a link, so that the page shows
    all that the JSON holds.
    """
    parts = [
        _frontmatter(skill),
        f"# {_line(skill.title)}",
        "## Overview",
        _line(skill.summary),
        f"*Why it should help.* {_line(skill.rationale)}",
        *_listed("Sources", skill.sources),
        "## When to use",
        _line(skill.applies.words),
        *_bullets(_conditions(skill.applies)),
        *_bullets([f"What must have come first: {_names(skill.requires)}"] if skill.requires else []),
        "## When not to use",
        _line(skill.excludes.words),
        *_bullets(_exclusions(skill.excludes)),
        "## Steps",
        *(text for number, step in enumerate(skill.steps, 1) for text in _step(number, step)),
        "## Ending",
        *_bullets(
            [
                f"Done when: {_line(skill.exit.done_when)}",
                f"Stop when: {_line(skill.exit.stop_when)}",
                *([f"Next: {', '.join(skill.exit.next_skills)}"] if skill.exit.next_skills else []),
            ]
        ),
        "## Expected",
        *_bullets(
            [
                f"Changes in the seeker: {_names(skill.expected.changes)}",
                f"Within {_count(skill.expected.within_turns, 'turn')}",
                *(
                    [f"A dip that is allowed: {_line(skill.expected.allowed_dip)}"]
                    if skill.expected.allowed_dip
                    else []
                ),
            ]
        ),
        "## Pitfalls",
        *_bullets(
            [f"{_line(p.what)} *Sign:* {_line(p.sign)} *Instead:* {_line(p.instead)}" for p in skill.pitfalls]
            or ["None recorded."]
        ),
        "## Examples",
        *([text for example in skill.examples for text in _example(example)] or ["None recorded."]),
        "## Evidence",
        *_bullets([_evidence(e) for e in skill.evidence] or ["None yet."]),
        "## Limits",
        _line(skill.limits) or "None recorded.",
        "## Record",
        *_bullets(_record(skill)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _frontmatter(skill: Skill) -> str:
    # JSON strings are double-quoted YAML; '---' would end the frontmatter for the validator of the format.
    def text(value: str) -> str:
        return json.dumps(" ".join(value.split()).replace("---", "—"), ensure_ascii=False)

    lines = ["---", f"name: {text(skill.id)}", f"description: {text(skill.summary)}"]
    if skill.licence.strip():
        lines.append(f"license: {text(skill.licence)}")
    lines += [
        "metadata:",
        f"  title: {text(skill.title)}",
        f"  version: {text(str(skill.version))}",
        f"  status: {text(skill.status.value)}",
        f"  locale: {text(skill.locale)}",
        f"  schema_version: {text(str(skill.schema_version))}",
        f"  page_format: {text(PAGE_FORMAT)}",
        f"  content_hash: {text(skill.content_hash)}",
        "---",
    ]
    return "\n".join(lines)


def _line(text: str) -> str:
    """One line of prose that cannot open a heading, a list, a comment, a tag or a link."""
    flat = " ".join(text.split()).replace("\\", "\\\\").replace("<", "\\<").replace("[", "\\[")
    return f"\\{flat}" if flat[:1] in set("#>-+*=~`|_") else flat


def _bullets(lines: Iterable[str]) -> list[str]:
    block = "\n".join(f"- {line}" for line in lines)
    return [block] if block else []


def _listed(title: str, lines: Iterable[str]) -> list[str]:
    items = _bullets(_line(line) for line in lines)
    return [f"{title}:", *items] if items else []


def _name(value: str) -> str:
    return value.replace("_", " ")


def _names(values: Iterable[str]) -> str:
    return ", ".join(_name(str(value)) for value in values)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _conditions(applies: Conditions) -> list[str]:
    lines = [
        f"{title}: {_names(values)}"
        for title, values in (
            ("Scenario", applies.scenarios),
            ("What the seeker is doing", applies.activities),
            ("Emotion", applies.emotions),
            ("What their words ask for", applies.needs),
            ("Ready", applies.readiness),
            ("Resistance", applies.resistance),
        )
        if values
    ]
    low, high = applies.intensity
    return [*lines, f"Intensity of the feeling: {low} to {high} of 5"] if (low, high) != (1, 5) else lines


def _exclusions(excludes: Exclusions) -> list[str]:
    return [
        f"Risk read as: {_name(excludes.tier.value)} or above",
        *(
            f"{title}: {_names(values)}"
            for title, values in (
                ("Scenario", excludes.scenarios),
                ("What the seeker is doing", excludes.activities),
                ("What their words ask for", excludes.needs),
                ("Ready", excludes.readiness),
                ("Resistance", excludes.resistance),
            )
            if values
        ),
    ]


def _step(number: int, step: Step) -> list[str]:
    lines = [f"Moves, in order: {_names(step.moves)}", *(f"Do: {_line(action)}" for action in step.actions)]
    lines += [f"Say, for instance: {_line(wording)}" for wording in step.wording]
    lines += [f"Avoid: {_line(text)}" for text in step.avoid]
    lines += _when("Go on", step.advance_when) + _when("Repair or stop", step.repair_when)
    lines.append(f"At most: {_count(step.most_turns, 'turn')}")
    return [f"### {number}. {step.id}", _line(step.aim), *_bullets(lines)]


def _when(what: str, changes: Iterable[ResponseChange]) -> list[str]:
    names = _names(changes)
    return [f"{what} when the seeker: {names}"] if names else []


def _example(example: Example) -> list[str]:
    title = "Good" if example.good else "Counter-example"
    lines = [f"Seeker: {_line(example.before)}", f"Reply: {_line(example.reply)}", f"Then: {_line(example.after)}"]
    return [f"*{title}.* {_line(example.note)}".rstrip(), *_bullets(lines)]


def _evidence(evidence: Evidence) -> str:
    counts = f"helped {evidence.helped}, neutral {evidence.neutral}, harmed {evidence.harmed}"
    parts = [f"{_name(evidence.source.value)}: {counts}"]
    if evidence.effect is not None:
        parts.append(f"effect {evidence.effect:+.2f}")
    if evidence.interval is not None:
        parts.append(f"95 % interval {evidence.interval[0]:+.2f} to {evidence.interval[1]:+.2f}")
    parts += [f"for {_line(evidence.group)}"] if evidence.group else []
    parts += [f"judged by {_line(evidence.judge)}"] if evidence.judge else []
    parts += [f"units {_units(evidence.units)}"] if evidence.units else []
    parts += [f"references {'; '.join(map(_line, evidence.references))}"] if evidence.references else []
    return "; ".join(parts)


def _units(units: tuple[str, ...]) -> str:
    """The first of them; a mined skill has hundreds, which the JSON names in full."""
    shown = ", ".join(map(_line, units[:MOST_UNITS_SHOWN]))
    return shown if len(units) <= MOST_UNITS_SHOWN else f"{shown} and {len(units) - MOST_UNITS_SHOWN} more"


def _record(skill: Skill) -> list[str]:
    related = skill.relations
    lines = [
        f"{title}: {', '.join(ids)}"
        for title, ids in (
            ("Conflicts with", related.conflicts_with),
            ("Comes before", related.precedes),
            ("Replaces", related.replaces),
            ("Made from", tuple(map(_line, skill.lineage.parents))),
        )
        if ids
    ]
    lines += [f"{title}: {_line(value)}" for title, value in _lineage(skill) if value]
    return lines + [
        f"Reviewed by {_line(r.role)} on {r.date}: {_line(r.scope)}" + (f" (until {r.expires})" if r.expires else "")
        for r in skill.reviews
    ]


def _lineage(skill: Skill) -> tuple[tuple[str, str], ...]:
    lineage = skill.lineage
    return (("Author", lineage.author), ("Change", lineage.change), ("Run", lineage.run))
