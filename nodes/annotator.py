"""What happened in each exchange of a recorded dialogue? Labels for states, actions and changes."""

import asyncio
import hashlib
from typing import Any

from langgraph.config import get_stream_writer
from pydantic import Field

from conversation.annotation import Annotation, SeekerLabels, SupporterLabels
from conversation.dialogue import Dialogue, Speaker
from conversation.model import Value
from nodes.agent import Agent
from nodes.context import acurrent, current
from nodes.errors import ChatError
from nodes.models import Models
from nodes.node import Node
from nodes.workbench import Workbench, bench_of

__all__ = [
    "ANNOTATOR",
    "Annotation",
    "AnnotatorQuestion",
    "Run",
    "SeekerLabels",
    "SupporterLabels",
    "annotate",
    "fitting",
    "key_of",
    "label_again",
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


def key_of(dialogue: Dialogue, model: str) -> str:
    """What an annotation is kept under: all that decides it. The same words under another id are the same question.

    Args:
        dialogue: What is labelled.
        model: Who labels it, as `Models.describe` says it.
    """
    parts = (model, ANNOTATOR.prompt_hash, question_about(dialogue).model_dump_json())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def label_again(bench: Workbench, models: Models) -> list[str]:
    """Lay out the labels that an earlier run was paid for; the ids of the dialogues that are still without."""
    if models.of(ANNOTATOR.role).embedded:
        return list(bench.dialogues)
    model = models.describe()[ANNOTATOR.role]
    keys = {name: key_of(dialogue, model) for name, dialogue in bench.dialogues.items()}
    known = bench.bank.annotations.known(sorted(set(keys.values())))
    bench.annotations.update({name: known[key] for name, key in keys.items() if key in known})
    return [name for name in bench.dialogues if name not in bench.annotations]


def _tell(state: Any, answer: Annotation, dialogue: Dialogue, models: Models) -> dict[str, Any]:
    bench = bench_of(state["bench"])
    labels = bench.annotations[dialogue.id] = fitting(answer, dialogue)
    if not models.of(ANNOTATOR.role).embedded:
        bench.bank.annotations.keep(key_of(dialogue, models.describe()[ANNOTATOR.role]), dialogue.id, labels)
    get_stream_writer()({"event": "annotated", "done": len(bench.annotations), "total": len(bench.dialogues)})
    return {"annotated": 1}


def _failed(state: Any, error: ChatError) -> dict[str, Any]:
    return {"failures": [f"dialogue {state['dialogue']}: {type(error).__name__}: {error}"]}


def _annotate(state: Any) -> dict[str, Any]:
    dialogue = bench_of(state["bench"]).dialogues[state["dialogue"]]
    resources = current()
    try:
        answer = resources.chat.ask(ANNOTATOR, question_about(dialogue), seed=resources.context.seed)
    except ChatError as error:
        return _failed(state, error)
    return _tell(state, answer, dialogue, resources.models)


async def _aannotate(state: Any) -> dict[str, Any]:
    dialogue = bench_of(state["bench"]).dialogues[state["dialogue"]]
    resources = await acurrent()
    try:
        answer = await resources.chat.aask(ANNOTATOR, question_about(dialogue), seed=resources.context.seed)
    except ChatError as error:
        return _failed(state, error)
    return await asyncio.to_thread(_tell, state, answer, dialogue, resources.models)


annotate = Node("annotate", _annotate, _aannotate)
"""Node, one of a fan-out: labels the dialogue `dialogue` of the run. A failed call is recorded and costs it alone."""
