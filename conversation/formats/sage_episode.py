"""How does a recorded SAGE conversation become an episode, and an episode a SAGE record?

What a file does not say is said to be unknown: the simulator is not recorded in it, and nobody appraised a last reply
that the seeker did not answer. The hidden intention is in the record and never in the episode.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from conversation.episode import (
    FAILURE_BELOW,
    LARGEST_CHANGE,
    RECORDED,
    START_EMOTION,
    SUCCESS_AT,
    Appraisal,
    End,
    Episode,
    EpisodeKey,
    EpisodeTurn,
    band,
    move_emotion,
)
from conversation.formats.record import FieldError
from conversation.formats.sage_labels import CHARACTER_OF, TASK_OF
from conversation.formats.sage_talk import SageExchange, SageTalk
from conversation.profile import Profile
from conversation.seeker import RiskTier

UNKNOWN_SIMULATOR = "not recorded in the file"
SEEKER_TURNS = 10
"""SAGE's limit; its files do not state it."""
PREFIX = "sage-"
"""Before the id of a seeker from SAGE, so that it is no profile of ours."""

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]?")
_NAMES_HIDDEN = re.compile(r"隐藏|对话目的|hidden (theme|intention|goal)", re.IGNORECASE)
_FEELS = re.compile(r"(?:感到|感觉|觉得)(?P<word>(?!NPC|自己|这|一定|一种)[^，。、；\s和与的并]{1,8})")
_LONGEST_FEELING = 24


def episode_of(talk: SageTalk, *, supporter: str, simulator: str = UNKNOWN_SIMULATOR, sample: int = 0) -> Episode:
    """The episode that a record tells. Risk is not read here: every tier is 'none' until `nodes.recorded` reads it.

    Args:
        talk: The record.
        supporter: Who answered; the files do not say, so it is the name of the file.
        simulator: Who played seeker and judge, if it is known from elsewhere.
        sample: Which conversation with this seeker it is, from 0.

    Raises:
        FieldError: the points do not fit SAGE's scale: they do not start at 40, or move by more than 10 in a turn.
    """
    turns = tuple(_turn(exchange, index, talk) for index, exchange in enumerate(talk.exchanges))
    unjudged = turns[-1].emotion is None
    if not unjudged and turns[-1].emotion != talk.final:
        raise FieldError("emo_point", f"the last emotion-point, {turns[-1].emotion}, got {talk.final}")
    if not 0 <= talk.final <= SUCCESS_AT:
        raise FieldError("emo_point", f"0 to {SUCCESS_AT}, got {talk.final}")
    seeker = "\x1f".join((talk.player, talk.scene, talk.character, talk.intention))
    said = "\x1f".join(text for e in talk.exchanges for text in (e.seeker, e.reply)) + "\x1f" + talk.closing
    return Episode(
        key=EpisodeKey(
            profile_id=PREFIX + talk.seeker_id,
            profile_hash=_hash(seeker),
            seed=0,
            sample=sample,
            turn_limit=max(SEEKER_TURNS, len(turns)),
            bank_hash="",
            retrieval=RECORDED,
            models={"supporter": supporter, "seeker": simulator, "sage_judge": simulator},
            prompts=RECORDED,
            engine=f"{RECORDED} {_hash(said)}",
            place=f"{talk.locale}/",
        ),
        stage=RECORDED,
        turns=turns,
        end=_end(talk),
        closing=talk.closing,
        recorded_emotion=talk.final if unjudged else None,
    )


def _turn(exchange: SageExchange, index: int, talk: SageTalk) -> EpisodeTurn:
    where = f"history[{2 * index + 2}]."
    if index == 0 and exchange.before != START_EMOTION:
        raise FieldError("history[0].emotion-point", f"{START_EMOTION}, where SAGE starts, got {exchange.before}")
    return EpisodeTurn(
        seeker=exchange.seeker,
        tier=RiskTier.NONE,
        state=None,
        reply=exchange.reply,
        used=None,
        appraisal=_appraisal(exchange, where, TASK_OF[talk.intention]),
        emotion=exchange.after,
    )


def _appraisal(exchange: SageExchange, where: str, task: str) -> Appraisal | None:
    told, after = exchange.appraisal, exchange.after
    if told is None or after is None:
        return None
    # The points decide; the simulator's own number stands where it leads to them, as it may at the ends of the scale.
    agrees = move_emotion(exchange.before, told.change) == after and abs(told.change) <= LARGEST_CHANGE
    change = told.change if agrees else after - exchange.before
    if abs(change) > LARGEST_CHANGE or not 0 <= after <= SUCCESS_AT:
        raise FieldError(
            f"{where}emotion-point",
            f"0 to {SUCCESS_AT} and at most {LARGEST_CHANGE} from {exchange.before}, got {after}",
        )
    return Appraisal(
        meant=told.meant,
        overt_fit=told.overt_fit,
        hidden_fit=told.fit,
        monologue=_without_hidden(told.monologue, task),
        feeling=_feeling(told.feelings),
        change=change,
    )


def _without_hidden(monologue: str, task: str) -> str:
    """The inner voice without sentences that name the hidden intention: the analyst reads it and may not know that."""
    core = task.removeprefix("你希望对方").removeprefix("你想")
    kept = (s for s in _SENTENCE.findall(monologue) if not _NAMES_HIDDEN.search(s) and core not in s)
    return "".join(kept).strip()


def _feeling(feelings: str) -> str:
    """SAGE tells feelings in sentences that often name the hidden intention; the first word of feeling is kept."""
    found = _FEELS.search(feelings)
    if found:
        return found["word"]
    return "unclear" if len(feelings) > _LONGEST_FEELING or _NAMES_HIDDEN.search(feelings) else feelings


def _end(talk: SageTalk) -> End:
    if talk.end in set(End):
        return End(talk.end)
    if talk.final >= SUCCESS_AT:
        return End.SUCCESS
    if talk.final < FAILURE_BELOW:
        return End.FAILURE
    return End.GOODBYE if talk.closing else End.TURN_LIMIT


def record_of(episode: Episode, profile: Profile) -> dict[str, Any]:
    """An episode in SAGE's format. Where the judge had the last word, an empty message of the seeker carries it.

    Raises:
        ValueError: the episode is unscored, and has no final emotion to write down.
    """
    final = episode.final_emotion
    if final is None:
        raise ValueError(f"the episode of '{episode.key.profile_id}' is unscored: there is no emotion to write down")
    return {
        "id": episode.key.profile_id.removeprefix(PREFIX),
        "emo_point": final,
        "emo_state": f"Emotion-{band(final)}",
        "target": "eq",
        "player": player_of(profile),
        "scene": scene_of(profile),
        "character": CHARACTER_OF[profile.character],
        "topic": profile.story.topic,
        "task": TASK_OF[profile.intention],
        "end": episode.end.value,
        "history": _history(episode),
    }


def _history(episode: Episode) -> list[dict[str, Any]]:
    history: list[dict[str, Any]] = []
    before: EpisodeTurn | None = None
    for turn in episode.turns:
        history.append(_message(turn.seeker, before))
        history.append({"role": "assistant", "content": turn.reply})
        before = turn
    if before is not None and before.appraisal is not None:
        history.append(_message(episode.closing, before))
    return history


def _message(text: str, before: EpisodeTurn | None) -> dict[str, Any]:
    """A message of the seeker, with how the reply before it was taken."""
    if before is None or before.appraisal is None:
        return {"role": "user", "content": text, "emotion-point": START_EMOTION}
    taken = before.appraisal
    return {
        "role": "user",
        "content": text,
        "thinking": "",
        "emotion-point": before.emotion,
        "planning": {
            "activity": taken.monologue,
            "TargetCompletion": taken.hidden_fit,
            "content": taken.meant,
            "analyse": taken.feeling,
            "overt": taken.overt_fit,
            "change": taken.change,
        },
    }


def player_of(profile: Profile) -> str:
    """The person, as SAGE's `player` tells one."""
    person = profile.persona
    lines = (
        f"name: {person.name}",
        f"age: {person.age}",
        f"occupation: {person.occupation}",
        f"background: {person.background}",
        f"speech style: {person.speech_style}",
    )
    return "\n".join(f"* {line}" for line in lines)


def scene_of(profile: Profile) -> str:
    """What happened, as SAGE's `scene` tells it, the hidden intention at its end."""
    story = profile.story
    parts = (
        ("Background", story.background),
        ("Timeline", "\n".join(f"- {event}" for event in story.timeline)),
        ("Difficulty", story.difficulty),
        ("Hidden theme", profile.hidden),
    )
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in parts if text)


def supporter_of(path: Path) -> str:
    """Who answered in a file: its stem, as the files themselves do not say."""
    return path.stem


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
