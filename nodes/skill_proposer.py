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


class Diagnosis(Value):
    """What was found over many episodes. Seekers appear only as the appraiser can read them."""

    id: str
    kind: DiagnosisKind
    skill_id: str = ""
    step_id: str = ""
    concerns: Group
    episodes: tuple[str, ...] = Field(min_length=1, description="ids of the episodes that show it")
    turns: tuple[str, ...] = Field(description="'episode:turn' of the exchanges that show it")
    shown: int = Field(ge=1, description="episodes in which it was found")
    not_shown: int = Field(ge=0, description="comparable episodes in which it was not")
    loss: float = Field(ge=0, description="mean points lost where it was found")
    why: str
    moves: tuple[MoveRecord, ...] = Field(default=(), description="what helped and harmed these seekers elsewhere")


class ProposerQuestion(Value):
    """A diagnosis, the skills that stand nearby, and edits that were refused before."""

    diagnosis: Diagnosis
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
