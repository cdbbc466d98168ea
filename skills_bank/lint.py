"""May this skill enter a bank? Lint says in plain lines what speaks against it; nothing, when it is clean.

Lint is the gate for whatever comes from outside the authors' hands: imported folders, distilled skills, proposals.
It reads instructions and wording strictly, and what a skill warns of (`avoid`, exclusions, pitfalls, counter-examples)
as warnings. The patterns are English (`lint_rules.py`); of a skill in another language the structure alone is checked,
and that is one of the lines.
"""

import re
import unicodedata
from collections.abc import Iterator

from conversation.support import SupportMove
from skills_bank.copying import copied
from skills_bank.lint_rules import RULES, Place
from skills_bank.skill import Skill
from skills_bank.skill_texts import texts_of

__all__ = ["SLOTS", "copied", "lint", "slots_in"]

SLOTS = ("problem", "feeling", "person", "effort", "quote")
"""The only slots that wording may hold; they take the seeker's own words."""

MOST_WORDING = 400
"""Characters of one wording: about four sentences, more than a chat message should say."""
MOST_TEXT = 2_000
MOST_RATIONALE = 4_000
MOST_LISTED = 16
"""Wordings, actions or warnings of a step; pitfalls; examples."""
MOST_ALL = 40_000
"""Characters of all texts together, near the 5,000 tokens up to which the Agent Skills format is best, doubled."""

_NEGATION = re.compile(
    r"\b(?:never|not|don't|doesn't|isn't|won't|cannot|can't|without|no|nor|neither|avoid|instead of|rather than)\b"
)
_UNDONE_NEGATION = re.compile(r"\b(?:hesitate|forget|fail|only|just|afraid|shy|wait|mind|too)\b")
_QUOTED = re.compile(r"[“\"][^”\"]{0,300}[”\"]|(?<!\w)[‘'][^’']{3,300}[’'](?!\w)")
_BRACED = re.compile(r"\{[^{}]*\}|[{}]")
# Marks that reorder or hide text from the reader: bidirectional controls, zero-width, tag characters, soft hyphen.
_HIDING = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_TWO_SCRIPTS = re.compile("[A-Za-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][A-Za-z]")
_BLANK_ALLOWED = {"expected.allowed_dip", "limits"}


def lint(skill: Skill) -> tuple[str, ...]:
    """What speaks against a skill: one plain line a problem, with its place first. Empty when it is clean."""
    problems = [*_structure(skill), *_sizes(skill)]
    for where, text, place in texts_of(skill):
        problems.extend(f"{where}: {problem}" for problem in _text(text, place))
    return tuple(dict.fromkeys(problems))


def slots_in(wording: str) -> tuple[str, ...]:
    """Names of the slots that a wording needs, in order, each once. What is in braces and no slot is not among them."""
    found = (match[1:-1] for match in _BRACED.findall(wording))
    return tuple(dict.fromkeys(name for name in found if name in SLOTS))


def _structure(skill: Skill) -> Iterator[str]:
    if not skill.sources and not skill.evidence:
        yield "sources: says nowhere where it comes from; give citations, or ids of the data it was mined from"
    if not skill.licence.strip():
        yield "licence: is missing; give the most restrictive one of its sources"
    if skill.locale.split("-")[0].split("_")[0].lower() != "en":
        yield f"locale: the rules on wording know English only, and nothing said in '{skill.locale}' was checked"
    if skill.id in (*skill.relations.conflicts_with, *skill.relations.precedes, *skill.relations.replaces):
        yield "relations: names the skill itself"
    for step in skill.steps:
        where = f"steps.{step.id}"
        for move in step.moves:
            if move in (SupportMove.DISCLOSE_SELF, SupportMove.UNCLEAR):
                yield f"{where}.moves: '{move.value}' is not a move that the agent makes"
        both = [change.value for change in step.advance_when if change in step.repair_when]
        if both:
            yield f"{where}: goes on and repairs at the same change: {', '.join(both)}"
        for number, wording in enumerate(step.wording):
            for braced in _BRACED.findall(wording):
                # Exact names only: '{problem!r}' or '{problem:>9}' would reach into the formatter.
                if braced[1:-1] not in SLOTS or len(braced) < 3:
                    yield f"{where}.wording[{number}]: unknown slot {braced}; there are {', '.join(SLOTS)}"


def _sizes(skill: Skill) -> Iterator[str]:
    everything = 0
    for where, text, place in texts_of(skill):
        everything += len(text)
        most = MOST_WORDING if ".wording[" in where else MOST_RATIONALE if place is Place.WHY else MOST_TEXT
        if len(text) > most:
            yield f"{where}: {len(text)} characters; at most {most}"
        if not text.strip() and where not in _BLANK_ALLOWED and not where.endswith(".note"):
            yield f"{where}: is blank"
    if everything > MOST_ALL:
        yield f"texts: {everything} characters in all; at most {MOST_ALL}"
    listed = [("pitfalls", len(skill.pitfalls)), ("examples", len(skill.examples))]
    for step in skill.steps:
        listed += [(f"steps.{step.id}.{name}", len(getattr(step, name))) for name in ("actions", "wording", "avoid")]
    for where, count in listed:
        if count > MOST_LISTED:
            yield f"{where}: {count} entries; at most {MOST_LISTED}"


def _text(text: str, place: Place) -> Iterator[str]:
    if _HIDING.search(text) or any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        yield "holds characters that hide or reorder text; remove them"
    if _TWO_SCRIPTS.search(text):
        yield "mixes letters of two alphabets in one word; write it in one"
    # A longer text is refused for its size already; reading all of it would let a hostile one take hours.
    plain = _plain(text[:MOST_RATIONALE])
    for rule in RULES:
        if place not in rule.places:
            continue
        # What stands in quotation marks in a reply is the seeker's voice; an instruction quotes what is to be said.
        read = _QUOTED.sub(" … ", plain) if place is Place.SAID and rule.negatable else plain
        for match in rule.pattern.finditer(read):
            if not (rule.negatable and place is Place.DONE and _negated(read, match.start())):
                yield f"{rule.reason}: “{match.group().strip()}”"
                break


def _negated(text: str, start: int) -> bool:
    """Whether the clause before `start` says not to: "never promise …", but not "never hesitate to promise …"."""
    clause = re.split(r"[.;:!?]", text[:start])[-1]
    return bool(_NEGATION.search(clause)) and not _UNDONE_NEGATION.search(clause)


def _plain(text: str) -> str:
    """Lower case, one kind of apostrophe and space, nothing invisible: what the patterns are written for."""
    folded = unicodedata.normalize("NFKC", text)
    seen = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return " ".join(seen.replace("’", "'").replace("‑", "-").replace("…", "...").lower().split())
