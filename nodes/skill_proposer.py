"""Which change of the bank would mend a diagnosis? One bounded edit, with its claim and its reason."""

from pydantic import Field

from conversation.model import Value
from conversation.support import SupportMove
from nodes.agent import Agent
from nodes.failure_analyst import DiagnosisKind
from skills_bank.change import ChangeKind, Claim, Group
from skills_bank.skill import Skill


class MoveRecord(Value):
    """How replies with a move were followed, in these seekers: by the words after it, else by how it was felt."""

    move: SupportMove
    helped: int = Field(ge=0)
    harmed: int = Field(ge=0)
    neutral: int = Field(ge=0)


class Trouble(Value):
    """What the proposer may know of a diagnosis: no score, no thought of the judge, no word of the analyst."""

    id: str
    kind: DiagnosisKind
    skill_id: str = ""
    step_id: str = ""
    concerns: Group
    shown: int = Field(ge=1, description="episodes in which it was found")
    not_shown: int = Field(ge=0, description="comparable episodes in which it was not")
    why: str = Field(description="made by the harness from what is above")
    moves: tuple[MoveRecord, ...] = Field(default=(), description="what helped and harmed these seekers elsewhere")


class Diagnosis(Trouble):
    """What was found over many episodes. Seekers appear only as the appraiser can read them."""

    episodes: tuple[str, ...] = Field(min_length=1, description="ids of the episodes that show it")
    turns: tuple[str, ...] = Field(description="'episode:turn' of the exchanges that show it")
    loss: float = Field(ge=0, description="mean points lost where it was found")
    example: str = Field(default="", description="the analyst's own words on the costliest finding")

    @property
    def trouble(self) -> Trouble:
        """What the proposer is told."""
        return Trouble(**{name: getattr(self, name) for name in Trouble.model_fields})


class ProposerQuestion(Value):
    """A diagnosis, the skills that stand nearby, and edits that were refused before."""

    diagnosis: Trouble
    skills: tuple[Skill, ...]
    refused: tuple[str, ...] = Field(default=(), description="earlier edits, as `nodes.remembered.in_words` tells them")


class ChangeDraft(Value):
    """The edit; the harness gives it id, author and run."""

    kind: ChangeKind
    claim: Claim
    targets: tuple[str, ...] = ()
    skills: tuple[Skill, ...] = ()
    reason: str
    concerns: Group = Group()
    expected_effect: str


SKILL_PROPOSER = Agent(role="skill_proposer", question=ProposerQuestion, answer=ChangeDraft)
