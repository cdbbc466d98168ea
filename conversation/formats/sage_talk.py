"""What was measured in one recorded SAGE conversation? Who the seeker was, every reply, and the emotion after it.

`conversation/formats/sage.py` reads the same files as dialogues and sees nothing of the seeker; this reads them as
measurements, hidden intention included, for figures and for episodes. The intention goes no further than the figures.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from conversation.dialogue import Speaker
from conversation.episode import move_emotion
from conversation.formats import record as field
from conversation.formats.lines import records_of
from conversation.formats.record import BadDialogue, BadRecord, FieldError, described
from conversation.formats.sage import SPEAKERS, locale_of, recognises
from conversation.formats.sage_labels import character, intention
from conversation.model import Value
from conversation.profile import Character, Intention

_HEADING = re.compile(r"\A\s*\[?[^\[\]\n]{1,20}\]\s*")
_WRITTEN_CHANGE = re.compile(r"\s*Change:\s*(?:\[[^\]]*\]\s*)?(?P<change>.*)\Z", re.DOTALL)
_FROM_TO = re.compile(
    r"(?:from|从)\s*(?P<start>\d+)\s*(?:to|->|→|到|降到|降至|升到|升至)\s*(?P<end>\d+)", re.IGNORECASE
)
_SIGNED = re.compile(r"[+-]?\d+")


class SageAppraisal(Value):
    """SAGE's `planning`: how the simulator took a reply, before it wrote the seeker's next message."""

    meant: str
    fit: str
    monologue: str
    feelings: str
    overt_fit: str = ""
    change: int
    written_change: int | None = None
    """The change that stands in the text itself, where the text holds one: the points may have lost its sign."""


class SageExchange(Value):
    """A message, its reply, and how the seeker took that: None for a last reply that nobody appraised."""

    seeker: str
    reply: str
    before: int
    after: int | None
    appraisal: SageAppraisal | None


class SageTalk(Value):
    """One conversation as SAGE recorded it."""

    seeker_id: str
    player: str
    scene: str
    topic: str
    character: Character
    intention: Intention
    final: int
    exchanges: tuple[SageExchange, ...]
    closing: str
    """What the seeker wrote after the last reply; empty where the talk ends on a reply."""
    end: str = ""
    """Why it ended, where the file says so: SAGE's own do not, those that we write do."""

    @property
    def locale(self) -> str:
        """Of the words, as the files do not say."""
        return locale_of([text for exchange in self.exchanges for text in (exchange.seeker, exchange.reply)])

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Where the points, `planning.change`, the written change and `emo_point` contradict each other."""
        found = []
        for number, exchange in enumerate(self.exchanges, 1):
            if exchange.appraisal is None or exchange.after is None:
                continue
            told, moved = exchange.appraisal, exchange.after - exchange.before
            if move_emotion(exchange.before, told.change) != exchange.after:
                found.append(f"reply {number}: the points moved by {moved:+d}, planning.change says {told.change:+d}")
            if told.written_change is not None and told.written_change != told.change:
                found.append(
                    f"reply {number}: planning.change is {told.change:+d}, its text says {told.written_change:+d}"
                )
        last = self.exchanges[-1].after
        if last is not None and last != self.final:
            found.append(f"emo_point is {self.final}, the last emotion-point {last}")
        return tuple(found)


def read_talks(path: Path, *, skip_bad: bool = False) -> tuple[tuple[SageTalk, ...], tuple[BadRecord, ...]]:
    """The conversations of a SAGE result file, and the records that were refused (only with `skip_bad`).

    Raises:
        OSError: the file cannot be opened.
        BadDialogue: the file is no SAGE result file, or a record is not what it should be.
    """
    talks: list[SageTalk] = []
    refused: list[BadRecord] = []
    for number, record in enumerate(records_of(path), 1):
        try:
            if isinstance(record, BadRecord):
                raise BadDialogue(record)
            talks.append(_talk(field.mapping(record, "record")))
        except FieldError as error:
            refused.append(described(path, number, error))
        except BadDialogue as error:
            refused.append(error.bad)
        if refused and not skip_bad:
            raise BadDialogue(refused[0])
    return tuple(talks), tuple(refused)


def _talk(record: Mapping[str, object]) -> SageTalk:
    if not recognises(record):
        raise FieldError("history", "a SAGE result with 'history' and 'emo_point'")
    entries = _entries(record)
    talk = SageTalk(
        seeker_id=field.text(record, "id"),
        player=_raw(record, "player"),
        scene=_raw(record, "scene"),
        topic=field.text(record, "topic", needed=False),
        character=character(field.text(record, "character"), "character"),
        intention=intention(field.text(record, "task"), "task"),
        final=_points(record, "emo_point", ""),
        exchanges=_exchanges(entries),
        closing=_raw(entries[-1], "content") if len(entries) % 2 else "",
        end=field.text(record, "end", needed=False),
    )
    if not talk.seeker_id:
        raise FieldError("id", "the seeker's id, got nothing")
    return talk


def _entries(record: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The entries of `history`, seeker and supporter in turn, the seeker first."""
    entries = []
    for index, value in enumerate(field.listing(record, "history")):
        where = f"history[{index}]"
        entry = field.mapping(value, where)
        wanted = Speaker.SUPPORTER if index % 2 else Speaker.SEEKER
        if field.speaker(entry, "role", f"{where}.", SPEAKERS) is not wanted:
            raise FieldError(f"{where}.role", f"'{'assistant' if index % 2 else 'user'}', as both speak in turn")
        field.text(entry, "content", f"{where}.")
        entries.append(entry)
    if len(entries) < 2:
        raise FieldError("history", "at least one message and one reply")
    return entries


def _exchanges(entries: list[Mapping[str, object]]) -> tuple[SageExchange, ...]:
    exchanges = []
    for index in range(0, len(entries) - 1, 2):
        after = entries[index + 2] if index + 2 < len(entries) else None
        where = f"history[{index + 2}]."
        exchanges.append(
            SageExchange(
                seeker=_raw(entries[index], "content"),
                reply=_raw(entries[index + 1], "content"),
                before=_points(entries[index], "emotion-point", f"history[{index}]."),
                after=None if after is None else _points(after, "emotion-point", where),
                appraisal=None if after is None else _appraisal(after, where),
            )
        )
    return tuple(exchanges)


def _appraisal(entry: Mapping[str, object], where: str) -> SageAppraisal:
    planning = field.mapping(entry.get("planning"), f"{where}planning")
    where = f"{where}planning."
    change = planning.get("change")
    if isinstance(change, bool) or not isinstance(change, int | float) or change != int(change):
        raise FieldError(f"{where}change", f"a whole number, got {change!r}")
    feelings = field.text(planning, "analyse", where)
    written = _WRITTEN_CHANGE.search(feelings)
    return SageAppraisal(
        meant=_said(planning, "content", where),
        fit=_said(planning, "TargetCompletion", where),
        monologue=_said(planning, "activity", where),
        feelings=_HEADING.sub("", _WRITTEN_CHANGE.sub("", feelings)),
        overt_fit=field.text(planning, "overt", where, needed=False),
        change=int(change),
        written_change=None if written is None else _written(written["change"]),
    )


def _written(text: str) -> int | None:
    """The change that a text tells: '+5', '-10', or 'from 40 to 35', which is -5 and not +35 or +10."""
    span = _FROM_TO.search(text)
    if span:
        return int(span["end"]) - int(span["start"])
    number = _SIGNED.search(text)
    return int(number.group(0)) if number else None


def _said(planning: Mapping[str, object], key: str, where: str) -> str:
    """A part of the planning without the heading that SAGE's parsing leaves at its start."""
    return _HEADING.sub("", field.text(planning, key, where))


def _raw(record: Mapping[str, object], key: str) -> str:
    """Text as it was written, its line ends included."""
    value = record.get(key)
    if not isinstance(value, str):
        raise FieldError(key, f"text, got {value!r}"[:120])
    return value.strip()


def _points(record: Mapping[str, object], key: str, where: str) -> int:
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or int(value) != value:
        raise FieldError(where + key, f"a whole number of emotion points, got {value!r}")
    return int(value)
