"""How is one record of a dialogue file checked? Field by field; a fault names file, record, field, expectation."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from conversation.dialogue import Dialogue, Outcome, Speaker, Turn
from conversation.model import Value
from conversation.support import Strategy


class BadRecord(Value):
    """What was wrong with one record."""

    file: str
    record: int
    """Counted from 1; 0 when the file as a whole cannot be read."""
    field: str
    expected: str

    def __str__(self) -> str:
        """One line."""
        where = f"{self.file}, record {self.record}" if self.record else self.file
        return f"{where}, field '{self.field}': expected {self.expected}"


class BadDialogue(ValueError):
    """A record that cannot be read; `bad` says where and what was expected."""

    def __init__(self, bad: BadRecord) -> None:
        super().__init__(str(bad))
        self.bad = bad


class FieldError(ValueError):
    """Raised by the readers: a field is not what it should be. The caller adds file and record."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"field '{field}': expected {expected}")
        self.field = field
        self.expected = expected


_STRATEGIES = {
    **{strategy.value.casefold(): strategy for strategy in Strategy},
    # names that FailedESConv and other copies use for the same eight
    "questions": Strategy.QUESTION,
    "restatement": Strategy.RESTATEMENT,
    "paraphrasing": Strategy.RESTATEMENT,
    "approval and reassurance": Strategy.AFFIRMATION,
    "direct guidance": Strategy.SUGGESTIONS,
    "other": Strategy.OTHERS,
}


def clean(text: str) -> str:
    """Text with every run of white space as one space.

    Trailing newlines tell the sets apart with an AUC of .95; what no one wrote on purpose must not count as evidence.
    """
    return " ".join(text.split())


def mapping(value: object, field: str) -> Mapping[str, object]:
    """The value as an object.

    Raises:
        FieldError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise FieldError(field, f"an object, got {_kind(value)}")
    return value


def listing(record: Mapping[str, object], key: str, where: str = "") -> Sequence[object]:
    """The non-empty list under `key`.

    Raises:
        FieldError: it is missing, empty or something else.
    """
    value = record.get(key)
    if not isinstance(value, list) or not value:
        raise FieldError(where + key, f"a list with at least one entry, got {_kind(value)}")
    return value


def text(record: Mapping[str, object], key: str, where: str = "", *, needed: bool = True) -> str:
    """The text under `key`, cleaned; empty where it is absent and not needed.

    Raises:
        FieldError: it is missing though needed, or no text.
    """
    value = record.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise FieldError(where + key, f"text, got {_kind(value)}")
    return clean(value)


def rating(record: Mapping[str, object], key: str, where: str = "") -> int | None:
    """A score from 1 to 5, written as number or text; None where it is absent or blank.

    Raises:
        FieldError: it is anything else.
    """
    value = record.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    written = str(value).strip()
    if isinstance(value, bool) or written not in {"1", "2", "3", "4", "5"}:
        raise FieldError(where + key, f"a number from 1 to 5, got {value!r}")
    return int(written)


def strategies(value: object, field: str) -> tuple[str, ...]:
    """Human strategy labels as values of `Strategy`: one name, a list of names, or nothing.

    Raises:
        FieldError: a name is not one of the eight, nor another data set's name for one of them.
    """
    names = value if isinstance(value, list) else [value]
    found: list[str] = []
    for name in names:
        if name is None or name == "":
            continue
        strategy = _STRATEGIES.get(clean(name).strip("[]").casefold()) if isinstance(name, str) else None
        if strategy is None:
            raise FieldError(field, f"one of {', '.join(s.value for s in Strategy)}, got {name!r}")
        found.append(strategy.value)
    return tuple(dict.fromkeys(found))


def speaker(record: Mapping[str, object], key: str, where: str, names: Mapping[str, Speaker]) -> Speaker:
    """Who speaks, from the names that the format uses.

    Raises:
        FieldError: another name stands there.
    """
    value = record.get(key)
    found = names.get(value.strip().casefold()) if isinstance(value, str) else None
    if found is None:
        raise FieldError(where + key, f"{' or '.join(repr(name) for name in names)}, got {value!r}")
    return found


def survey(record: Mapping[str, object]) -> tuple[int | None, int | None, dict[str, int]]:
    """ESConv's survey: the seeker's intensity before and after, and ratings of empathy and relevance.

    The supporter's own scores are not read: they rate the supporter's own work, and hold zeros.

    Raises:
        FieldError: a score is not a number from 1 to 5.
    """
    whole = record.get("survey_score")
    if whole is None:
        return None, None, {}
    seeker = mapping(whole, "survey_score").get("seeker")
    if seeker is None:
        return None, None, {}
    where = "survey_score.seeker."
    scores = mapping(seeker, where.rstrip("."))
    before, after = (rating(scores, f"{when}_emotion_intensity", where) for when in ("initial", "final"))
    ratings = {key: score for key in ("empathy", "relevance") if (score := rating(scores, key, where)) is not None}
    return before, after, ratings


def esconv_dialogue(record: Mapping[str, object], turns: Sequence[Turn], *, source: str, outcome: Outcome) -> Dialogue:
    """A dialogue from the fields around the turns, which all copies of ESConv share.

    Raises:
        FieldError: one of these fields is not what it should be.
    """
    before, after, ratings = survey(record)
    situation = text(record, "situation", needed=False)
    return Dialogue(
        id=dialogue_id(source, situation, turns),
        source=source,
        licence="CC-BY-NC-4.0",
        situation=situation,
        problem=text(record, "problem_type", needed=False).lower(),
        emotion=text(record, "emotion_type", needed=False).lower(),
        turns=tuple(turns),
        outcome=outcome,
        intensity_before=before,
        intensity_after=after,
        ratings=ratings,
    )


def dialogue_id(source: str, situation: str, turns: Sequence[Turn]) -> str:
    """An id that depends on what was said alone: the same dialogue keeps it in any file, at any place in it."""
    said = "\n".join([situation, *(f"{turn.speaker}: {turn.text}" for turn in turns)])
    return f"{source.lower()}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def described(path: Path, number: int, error: FieldError) -> BadRecord:
    """The error with its place."""
    return BadRecord(file=str(path), record=number, field=error.field, expected=error.expected)


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list) and not value:
        return "an empty list"
    names = {str: "text", list: "a list", dict: "an object", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)
