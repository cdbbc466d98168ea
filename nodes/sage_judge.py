"""How does the seeker take a reply? SAGE's appraisal: before the seeker answers, and after the last reply too."""

from typing import Any

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.episode import Appraisal, EmotionPoints, move_emotion
from conversation.model import Value
from conversation.profile import Profile
from nodes.agent import Agent
from nodes.context import Resources
from nodes.node import agent_node
from nodes.stage import EpisodeState, lines_of


class JudgeQuestion(Value):
    """The seeker's whole profile, the conversation, and the emotion before the last reply, which is the supporter's."""

    profile: Profile
    transcript: Transcript
    emotion: EmotionPoints
    turn: int = Field(ge=0, description="index of the exchange, from 0")


SAGE_JUDGE = Agent(role="sage_judge", question=JudgeQuestion, answer=Appraisal)


def _ask(state: EpisodeState, resources: Resources) -> JudgeQuestion:
    return JudgeQuestion(
        profile=Profile.model_validate(state["profile"]),
        transcript=lines_of(state),
        emotion=state["emotion"],
        turn=len(state["turns"]) - 1,
    )


def _tell(state: EpisodeState, answer: Appraisal, resources: Resources) -> dict[str, Any]:
    emotion = move_emotion(state["emotion"], answer.change)
    last = {**state["turns"][-1], "appraisal": answer.model_dump(mode="json"), "emotion": emotion}
    return {"turns": [*state["turns"][:-1], last], "emotion": emotion}


judge = agent_node(SAGE_JUDGE, _ask, _tell)
"""Node: appraises the last reply and moves the emotion. Every reply is appraised, the last one too."""
