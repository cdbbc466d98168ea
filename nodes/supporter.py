"""What does the supporter answer? Plain text, made with one step of one skill, or without a skill.

The draft passes the guard as it is written: what the state, the stream and the caller ever see of it has been checked.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.episode import Finding
from conversation.model import Value
from conversation.seeker import SeekerState
from nodes.agent import Agent
from nodes.context import Resources, acurrent, current
from nodes.node import Node, seed_of
from nodes.reply_guard import Releaser
from nodes.retriever import Choice
from nodes.summariser import shown
from nodes.turn import TurnState, noted, passed_gate, prefaced, spoken, transcript_of
from nodes.vocabulary import UNSAFE
from skills_bank.skill import Skill


class SupporterQuestion(Value):
    """All that the supporter may know. No profile, no score, no thought of the judge: the type has no room for them."""

    transcript: Transcript
    summary: str = ""
    state: SeekerState
    skill: Skill | None = Field(default=None, description="None: no skill fits; answer without one")
    step_id: str = ""
    how: str = Field(default="none", description="'start', 'continue' or 'repair' the skill; 'none' without one")
    findings: tuple[str, ...] = Field(default=(), description="what the guard found in the first draft, by kind")
    begun: str = Field(default="", description="what of the reply has been said already; go on after it")


SUPPORTER = Agent(role="supporter", question=SupporterQuestion, answer=str)


def _ask(state: TurnState, resources: Resources) -> SupporterQuestion:
    choice = Choice.model_validate(state["choice"])
    found = dict.fromkeys(Finding.model_validate(finding).kind for finding in state.get("findings", []))
    lines, summary = shown(state)
    return SupporterQuestion(
        transcript=lines,
        summary=summary,
        state=SeekerState.model_validate(state["seeker"]),
        skill=choice.skill,
        step_id=choice.step_id,
        how=choice.how,
        findings=tuple(f"{kind.value}: {UNSAFE[kind]}" for kind in found),
        begun=state.get("draft", ""),
    )


class _Draft:
    """One draft on its way through the guard: sentence by sentence to the stream, and into the state."""

    def __init__(self, state: TurnState, resources: Resources) -> None:
        risk = passed_gate(state, resources.context.locale)
        self._state, self._resources = state, resources
        self._begun = state.get("draft", "")
        self._held = ""
        self._preface = "" if self._begun else prefaced(state)
        self.releaser = Releaser(
            transcript=transcript_of(state["messages"]),
            risk=risk,
            locale=resources.context.locale,
            draft=state.get("drafts", 0),
            released=self._begun,
        )

    def add(self, piece: str) -> None:
        """Take a piece of the draft; what has passed goes out."""
        self._out(self.releaser.feed(piece) for piece in self._new(piece))

    def end(self) -> dict[str, Any]:
        """The changed keys, once the draft is complete."""
        if not self._begun.strip().startswith(self._held):  # else nothing came but what was said already
            self._out([self.releaser.feed(self._held)])
        self._out([self.releaser.finish()])
        found = [noted(finding, self._resources.context) for finding in self.releaser.findings]
        return {
            "draft": self.releaser.released,
            "drafts": self._state.get("drafts", 0) + 1,
            "findings": [*self._state.get("findings", []), *found],
        }

    def _new(self, piece: str) -> Iterator[str]:
        """The piece, without a repetition of what was said already: models like to begin anew."""
        begun = self._begun.strip()
        if not begun:
            yield piece
            return
        self._held += piece
        if begun.startswith(self._held):
            return
        rest, self._held, self._begun = self._held.removeprefix(begun).lstrip(), "", ""
        yield rest

    def _out(self, passed: Iterable[list[str]]) -> None:
        for sentences in passed:
            for sentence in sentences:
                spoken(self._preface + sentence)
                self._preface = ""


def _respond(state: TurnState) -> dict[str, Any]:
    resources = current()
    draft = _Draft(state, resources)
    question, seed = _ask(state, resources), seed_of(state, resources)
    if _streams(resources):
        for piece in resources.chat.stream(SUPPORTER, question, seed=seed):
            draft.add(piece)
    else:
        draft.add(resources.chat.ask(SUPPORTER, question, seed=seed))
    return draft.end()


async def _arespond(state: TurnState) -> dict[str, Any]:
    resources = await acurrent()
    draft = _Draft(state, resources)
    question, seed = _ask(state, resources), seed_of(state, resources)
    if _streams(resources):
        async for piece in resources.chat.astream(SUPPORTER, question, seed=seed):
            draft.add(piece)
    else:
        draft.add(await resources.chat.aask(SUPPORTER, question, seed=seed))
    return draft.end()


def _streams(resources: Resources) -> bool:
    """Whether the draft is asked for piece by piece: where a person waits, and a model takes its time."""
    return resources.context.live and resources.models.configured(SUPPORTER.role)


respond = Node(SUPPORTER.role, _respond, _arespond)
"""Node: writes what of the draft has passed the guard into `draft`, and what was found into `findings`."""
