"""What happened in each exchange of a recorded dialogue? Labels for states, actions and changes."""

from typing import Any

from langchain_core.runnables import RunnableLambda
from langgraph.config import get_stream_writer
from pydantic import Field

from conversation.annotation import Annotation, SeekerLabels, SupporterLabels
from conversation.dialogue import Dialogue, Speaker
from conversation.model import Value
from nodes.agent import Agent
from nodes.context import current
from nodes.errors import ChatError
from nodes.workbench import bench_of

__all__ = [
    "ANNOTATOR",
    "Annotation",
    "AnnotatorQuestion",
    "Run",
    "SeekerLabels",
    "SupporterLabels",
    "annotate",
    "fitting",
    "question_about",
]


class Run(Value):
    """A run of messages by one speaker, joined."""

    speaker: Speaker
    text: str


class AnnotatorQuestion(Value):
    """A whole dialogue as merged runs. No outcome, survey, feedback or strategy: text only."""

    locale: str = "en"
    runs: tuple[Run, ...] = Field(min_length=1)


ANNOTATOR = Agent(role="annotator", question=AnnotatorQuestion, answer=Annotation)


def question_about(dialogue: Dialogue) -> AnnotatorQuestion:
    """The words of a dialogue, and nothing that its source says about how it went."""
    runs = tuple(Run(speaker=turn.speaker, text=turn.text) for _, turn in dialogue.merged())
    return AnnotatorQuestion(locale=dialogue.locale, runs=runs)


def fitting(annotation: Annotation, dialogue: Dialogue) -> Annotation:
    """The labels that stand at a run of the right speaker; others are a model's slip and say nothing.

    Where a model labels a run twice, its first labels count.
    """
    speakers = [turn.speaker for _, turn in dialogue.merged()]

    def stands(run: int, speaker: Speaker) -> bool:
        return run < len(speakers) and speakers[run] is speaker

    seeker = {entry.run: entry for entry in reversed(annotation.seeker) if stands(entry.run, Speaker.SEEKER)}
    supporter = {entry.run: entry for entry in reversed(annotation.supporter) if stands(entry.run, Speaker.SUPPORTER)}
    return Annotation(
        seeker=tuple(seeker[run] for run in sorted(seeker)),
        supporter=tuple(supporter[run] for run in sorted(supporter)),
    )


def _ask(state: Any) -> Dialogue:
    return bench_of(state["bench"]).dialogues[state["dialogue"]]


def _tell(state: Any, answer: Annotation, dialogue: Dialogue) -> dict[str, Any]:
    bench = bench_of(state["bench"])
    bench.annotations[dialogue.id] = fitting(answer, dialogue)
    get_stream_writer()({"event": "annotated", "done": len(bench.annotations), "total": len(bench.dialogues)})
    return {"annotated": 1}


def _failed(state: Any, error: ChatError) -> dict[str, Any]:
    return {"failures": [f"dialogue {state['dialogue']}: {type(error).__name__}: {error}"]}


def _annotate(state: Any) -> dict[str, Any]:
    dialogue = _ask(state)
    resources = current()
    try:
        answer = resources.chat.ask(ANNOTATOR, question_about(dialogue), seed=resources.context.seed)
    except ChatError as error:
        return _failed(state, error)
    return _tell(state, answer, dialogue)


async def _aannotate(state: Any) -> dict[str, Any]:
    dialogue = _ask(state)
    resources = current()
    try:
        answer = await resources.chat.aask(ANNOTATOR, question_about(dialogue), seed=resources.context.seed)
    except ChatError as error:
        return _failed(state, error)
    return _tell(state, answer, dialogue)


annotate = RunnableLambda(_annotate, _aannotate, name="annotate")
"""Node, one of a fan-out: labels the dialogue `dialogue` of the run. A failed call is recorded and costs it alone."""
