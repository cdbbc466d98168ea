"""What does the simulated seeker say next?"""

from typing import Any

from pydantic import Field

from conversation.dialogue import Speaker, Transcript
from conversation.episode import START_EMOTION, Appraisal, EmotionPoints
from conversation.model import Value
from conversation.profile import Profile
from conversation.profiles import profile as authored_profile
from nodes.agent import Agent
from nodes.context import Resources
from nodes.node import agent_node
from nodes.stage import EpisodeState, lines_of


class SeekerQuestion(Value):
    """The seeker's own profile and how the last reply was taken. The last line of the transcript is the supporter's."""

    profile: Profile
    transcript: Transcript
    emotion: EmotionPoints = Field(description="after the last reply")
    appraisal: Appraisal
    turn: int = Field(ge=0, description="index of the exchange just ended, from 0")


class SeekerReply(Value):
    """The seeker's next message, with the steps that led to it (SAGE)."""

    attitude: str
    goal: str
    text: str = Field(min_length=1, description="the message; never reveals the hidden intention")
    ends: bool = Field(default=False, description="whether the seeker says goodbye with it")


SEEKER = Agent(role="seeker", question=SeekerQuestion, answer=SeekerReply)


def open_episode(state: EpisodeState) -> dict[str, Any]:
    """Node: the seeker opens. Takes the profile itself, or the id of an authored one.

    Raises:
        LookupError: no profile was given, or there is none of that id.
    """
    if "profile" in state:
        profile = Profile.model_validate(state["profile"])
    elif state.get("profile_id"):
        profile = authored_profile(state["profile_id"])
    else:
        raise LookupError("an episode needs a seeker: give 'profile' or 'profile_id'")
    return {
        "profile": profile.model_dump(mode="json"),
        "seed": state.get("seed", 0),
        "lines": [{"speaker": Speaker.SEEKER.value, "text": profile.opening}],
        "emotion": START_EMOTION,
        "turns": [],
        "end": "",
        "error": "",
    }


def _ask(state: EpisodeState, resources: Resources) -> SeekerQuestion:
    last = state["turns"][-1]
    return SeekerQuestion(
        profile=Profile.model_validate(state["profile"]),
        transcript=lines_of(state),
        emotion=state["emotion"],
        appraisal=Appraisal.model_validate(last["appraisal"]),
        turn=len(state["turns"]) - 1,
    )


def _tell(state: EpisodeState, answer: SeekerReply, resources: Resources) -> dict[str, Any]:
    line = {"speaker": Speaker.SEEKER.value, "text": answer.text}
    return {"lines": [*state["lines"], line], "goodbye": answer.ends}


speak = agent_node(SEEKER, _ask, _tell)
"""Node: the seeker's next message."""
