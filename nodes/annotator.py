"""What happened in each exchange of a recorded dialogue? Labels for states, actions and changes."""

from pydantic import Field

from conversation.annotation import Annotation, SeekerLabels, SupporterLabels
from conversation.dialogue import Dialogue, Speaker
from conversation.model import Value
from nodes.agent import Agent
from nodes.chat import Chat

__all__ = [
    "ANNOTATOR",
    "Annotation",
    "AnnotatorQuestion",
    "Run",
    "SeekerLabels",
    "SupporterLabels",
    "aannotate",
    "annotate",
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


def annotate(chat: Chat, dialogue: Dialogue, *, seed: int = 0) -> Annotation:
    """Labels for one dialogue.

    Raises:
        ChatError: the annotator gave no valid answer, or does not know the dialogue's language.
    """
    return fitting(chat.ask(ANNOTATOR, question_about(dialogue), seed=seed), dialogue)


async def aannotate(chat: Chat, dialogue: Dialogue, *, seed: int = 0) -> Annotation:
    """Labels for one dialogue, as `annotate` gives them."""
    return fitting(await chat.aask(ANNOTATOR, question_about(dialogue), seed=seed), dialogue)


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
