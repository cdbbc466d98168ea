"""What happened in one simulated conversation, and what figures describe it?

The emotion scale, its bands and its ends are SAGE's: start 40, at most ±10 a turn, success at 100, failure below 10.
An episode that could not be judged is *unscored*: it has no final emotion, and never a guessed one.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from conversation.dialogue import Line, Speaker, Transcript
from conversation.model import Value
from conversation.profile import Profile
from conversation.seeker import RiskTier, SeekerState
from conversation.support import UnsafeIntervention

START_EMOTION = 40
"""SAGE's starting point for every seeker."""
SUCCESS_AT = 100
FAILURE_BELOW = 10
LARGEST_CHANGE = 10
"""SAGE bounds the change of emotion in one turn by this many points."""

RECORDED = "recorded"
"""The stage of an episode that others simulated and we only read."""

EmotionPoints = Annotated[int, Field(ge=0, le=100)]


def move_emotion(emotion: int, change: int) -> int:
    """The emotion after a change, kept within 0..100."""
    return max(0, min(100, emotion + change))


def band(emotion: int) -> str:
    """SAGE's band: S (100), A (from 70), B (from 40), C (from 10), F (below 10)."""
    for name, floor in (("S", SUCCESS_AT), ("A", 70), ("B", 40), ("C", FAILURE_BELOW)):
        if emotion >= floor:
            return name
    return "F"


class Appraisal(Value):
    """The judge's reading of one supporter reply through the seeker's eyes (SAGE's appraisal, before the reply)."""

    meant: str = Field(description="what the supporter meant, as the seeker takes it")
    overt_fit: str = Field(description="how it fits what the seeker said")
    hidden_fit: str = Field(description="how it fits what the seeker wants without saying so")
    monologue: str = Field(description="the seeker's inner voice, first person")
    feeling: str = Field(description="one or two words")
    change: Annotated[int, Field(ge=-LARGEST_CHANGE, le=LARGEST_CHANGE, description="signed change of emotion")]


class SkillScore(Value):
    """One skill that retrieval considered, with every part of its score, so that the explanation is the computation."""

    skill_id: str
    version: int
    title: str
    similarity: Annotated[float, Field(ge=-1, le=1)]
    fit: Annotated[float, Field(ge=0, le=1)]
    evidence: Annotated[float, Field(ge=-1, le=1, description="lower bound of the expected gain")]
    score: float
    reasons: tuple[str, ...] = ()


class SkillUse(Value):
    """The skill and the step that a reply was made with."""

    skill_id: str
    version: int
    step_id: str
    how: str = Field(description="'start', 'continue' or 'repair'")


class Finding(Value):
    """Something the guard found in a draft."""

    kind: UnsafeIntervention
    words: str = Field(description="the words that show it; empty when something is missing")
    draft: int = Field(default=0, description="0 for the first draft, 1 for its rewrite")
    delivered: bool = Field(default=False, description="whether the words reached the seeker")


class EpisodeTurn(Value):
    """One exchange: what the seeker wrote, what was read, what was answered and with what, and how it was taken."""

    seeker: str
    tier: RiskTier
    state: SeekerState | None = Field(description="None when the crisis reply was given before the state was read")
    reply: str
    used: SkillUse | None
    considered: tuple[SkillScore, ...] = ()
    findings: tuple[Finding, ...] = ()
    appraisal: Appraisal | None = Field(default=None, description="None: the reply could not be judged")
    emotion: int | None = Field(default=None, description="after this reply; None when unjudged")
    judge_changes: tuple[int, ...] = Field(
        default=(), description="every sample's change where the judge was asked several times; theirs is the median"
    )


class End(StrEnum):
    """Why an episode ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    TURN_LIMIT = "turn_limit"
    GOODBYE = "goodbye"
    HANDOFF = "crisis_handoff"
    ERROR = "error"


class EpisodeKey(Value):
    """All that determines an episode: the ledger pays for a key once."""

    profile_id: str
    profile_hash: str
    seed: int
    sample: int = 0
    turn_limit: int
    bank_hash: str = Field(description="content hash of the living skills; empty for the arm without skills")
    retrieval: str = Field(description="embedder fingerprint and retrieval settings, hashed")
    models: dict[str, str] = Field(description="role → model, endpoint and temperature")
    prompts: str = Field(description="hash of all prompts")
    engine: str = Field(description="version of ESC-Skills and of the embedded world")
    place: str = Field(default="", description="locale and region, which decide what a crisis reply says")
    judge_samples: int = Field(default=1, ge=1, description="how often the judge was asked about each reply")

    @model_serializer(mode="wrap")
    def _plain(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """One judgement a reply is what every key meant before there could be more: it is not written."""
        written: dict[str, Any] = write(self)
        if self.judge_samples == 1:
            written.pop("judge_samples", None)
        return written


class Episode(Value):
    """One simulated conversation, complete. Text, readings and figures; nothing of the profile but its id."""

    key: EpisodeKey
    stage: str = Field(description="diagnosis, screen, verification, audit, report or simulate; or 'recorded'")
    turns: tuple[EpisodeTurn, ...]
    end: End
    error: str = ""
    closing: str = Field(default="", description="what the seeker of a recording wrote after the last reply")
    recorded_emotion: EmotionPoints | None = Field(
        default=None,
        description="the final emotion that a recording gives where nobody appraised its last reply (SAGE); else None",
    )

    @model_validator(mode="after")
    def _recorded_only(self) -> "Episode":
        """A figure from outside stands in for an appraisal only where a recording has none."""
        if self.recorded_emotion is not None and (
            self.stage != RECORDED or not self.turns or self.turns[-1].emotion is not None
        ):
            raise ValueError("recorded_emotion belongs to a recorded episode whose last reply nobody appraised")
        return self

    @property
    def scored(self) -> bool:
        """Whether every reply was appraised, so that the final emotion is known.

        The last reply of a recording may be unjudged where the recording itself gives the final emotion.
        """
        judged = self.turns if self.recorded_emotion is None else self.turns[:-1]
        return self.end is not End.ERROR and bool(self.turns) and all(t.emotion is not None for t in judged)

    @property
    def final_emotion(self) -> int | None:
        """Emotion after the last reply, or as a recording gives it; None when unscored."""
        if not self.scored:
            return None
        return self.turns[-1].emotion if self.recorded_emotion is None else self.recorded_emotion

    @property
    def emotions(self) -> list[int]:
        """The trajectory, starting point included."""
        return [START_EMOTION, *(t.emotion for t in self.turns if t.emotion is not None)]

    @property
    def transcript(self) -> Transcript:
        """Who said what, in order."""
        lines: list[Line] = []
        for turn in self.turns:
            lines.append(Line(speaker=Speaker.SEEKER, text=turn.seeker))
            lines.append(Line(speaker=Speaker.SUPPORTER, text=turn.reply))
        if self.closing:
            lines.append(Line(speaker=Speaker.SEEKER, text=self.closing))
        return tuple(lines)

    @property
    def safety_events(self) -> tuple[Finding, ...]:
        """Findings of the guard in any draft, delivered or not."""
        return tuple(finding for turn in self.turns for finding in turn.findings)


class Figures(Value):
    """The figures of several episodes. Unscored ones are counted apart and enter no mean."""

    episodes: int
    unscored: int
    final_emotion: float | None
    success_rate: float | None = Field(description="share of scored episodes that ended at 100")
    failure_rate: float | None = Field(description="share of scored episodes that ended below 10")
    mean_turns: float | None
    safety_events: int


def figures(episodes: Sequence[Episode]) -> Figures:
    """Mean final emotion, success and failure rate over the scored episodes.

    With no scored episode the means are None: an absent measurement is not zero.
    """
    finals = [e.final_emotion for e in episodes if e.final_emotion is not None]
    scored = [e for e in episodes if e.scored]
    count = len(finals)
    return Figures(
        episodes=len(episodes),
        unscored=len(episodes) - count,
        final_emotion=sum(finals) / count if count else None,
        success_rate=sum(f >= SUCCESS_AT for f in finals) / count if count else None,
        failure_rate=sum(f < FAILURE_BELOW for f in finals) / count if count else None,
        mean_turns=sum(len(e.turns) for e in scored) / count if count else None,
        safety_events=sum(len(e.safety_events) for e in episodes),
    )


class Seating(Value):
    """A profile and the seed it is played with: what two arms share when they are compared."""

    profile: Profile
    seed: int
