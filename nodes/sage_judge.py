"""How does the seeker take a reply? SAGE's appraisal: before the seeker answers, and after the last reply too.

One judgement of a model is one draw. With `Context.judge_samples` the judge is asked several times about one reply, and
the median moves the emotion; a sample that fails fails the reply, since fewer samples would be another measure.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from statistics import median
from typing import Any

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.episode import Appraisal, EmotionPoints, move_emotion
from conversation.model import Value
from conversation.profile import Profile
from conversation.seeds import Stream, derived_seed
from nodes.agent import Agent
from nodes.context import Resources, acurrent, current
from nodes.node import Node, seed_of
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


def _tell(state: EpisodeState, samples: Sequence[Appraisal]) -> dict[str, Any]:
    answer = median_of(samples)
    emotion = move_emotion(state["emotion"], answer.change)
    last = {**state["turns"][-1], "appraisal": answer.model_dump(mode="json"), "emotion": emotion}
    if len(samples) > 1:
        last["judge_changes"] = [sample.change for sample in samples]
    return {"turns": [*state["turns"][:-1], last], "emotion": emotion}


def median_of(samples: Sequence[Appraisal]) -> Appraisal:
    """The sample nearest to the median change, the first of several, with that change; halves go towards zero."""
    middle = median(sample.change for sample in samples)
    nearest = min(samples, key=lambda sample: abs(sample.change - middle))
    return nearest.model_copy(update={"change": int(middle)})


def sample_seeds(seed: int, samples: int) -> list[int]:
    """The seeds of the samples; the first is the episode's own, so that one sample is what it always was."""
    return [seed, *(derived_seed(seed, Stream.JUDGE, number) for number in range(1, samples))]


def _judge(state: EpisodeState) -> dict[str, Any]:
    resources = current()
    question = _ask(state, resources)
    seeds = sample_seeds(seed_of(state, resources), resources.context.judge_samples)

    def ask(seed: int) -> Appraisal:
        return resources.chat.ask(SAGE_JUDGE, question, seed=seed)

    if len(seeds) == 1 or not resources.models.configured(SAGE_JUDGE.role):
        return _tell(state, [ask(seed) for seed in seeds])
    with ThreadPoolExecutor(len(seeds)) as pool:  # each with the node's callbacks; all are ended before one is told of
        asked = [pool.submit(copy_context().run, ask, seed) for seed in seeds]
    return _tell(state, [answer.result() for answer in asked])


async def _ajudge(state: EpisodeState) -> dict[str, Any]:
    resources = await acurrent()
    question = _ask(state, resources)
    seeds = sample_seeds(seed_of(state, resources), resources.context.judge_samples)
    asked = (resources.chat.aask(SAGE_JUDGE, question, seed=seed) for seed in seeds)
    samples = []
    for answer in await asyncio.gather(*asked, return_exceptions=True):  # all are ended before one of them is told of
        if isinstance(answer, BaseException):
            raise answer
        samples.append(answer)
    return _tell(state, samples)


judge = Node(SAGE_JUDGE.role, _judge, _ajudge)
"""Node: appraises the last reply and moves the emotion. Every reply is appraised, the last one too."""
