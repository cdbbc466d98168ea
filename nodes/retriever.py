"""Which skill, and which step of it, does this turn use? Continue, repair, switch, start, or go without."""

from typing import Any, Literal

from conversation.dialogue import Speaker, Transcript
from conversation.episode import Episode, EpisodeTurn
from conversation.model import Value
from conversation.seeker import Activity, Need, Readiness, RiskTier, Scenario, SeekerState
from conversation.support import Polarity, ResponseChange
from nodes.context import Resources, current
from nodes.turn import TurnState, passed_gate, transcript_of
from skills_bank.bank import BankView
from skills_bank.retrieval import Query, RetrievalSettings, Retrieved, retrieve
from skills_bank.skill import Requirement, Skill

How = Literal["start", "continue", "repair", "none"]

SWITCH_MARGIN = 0.15
"""A skill in progress is left for another only when that one scores this much higher: half-done is worth little."""

REST = 2
"""A skill that has ended rests for this many others, so that a conversation does not go in circles."""


class Progress(Value):
    """The skill in progress: carried in the state from turn to turn."""

    skill_id: str = ""
    version: int = 0
    step_id: str = ""
    turns: int = 0
    repaired: bool = False
    ended: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether a skill is in progress."""
        return bool(self.skill_id)


class Choice(Value):
    """What this turn is answered with, and the progress that follows from it."""

    skill: Skill | None
    step_id: str
    how: How
    why: str
    progress: Progress
    retrieved: Retrieved


def requirements_met(transcript: Transcript, state: SeekerState) -> tuple[Requirement, ...]:
    """What has come first in the conversation, as far as it can be read."""
    met = []
    replies = sum(line.speaker is Speaker.SUPPORTER for line in transcript)
    well_taken = state.change is not None and state.change.polarity is not Polarity.NEGATIVE
    if state.change is ResponseChange.CONFIRMS_UNDERSTOOD or (replies >= 2 and well_taken):
        met.append(Requirement.HEARD)
    if state.need is Need.ADVICE or state.activity is Activity.ASKING_ADVICE or state.readiness is Readiness.ACT:
        met.append(Requirement.PERMISSION)
    if state.problem or state.scenario is not Scenario.UNCLEAR:
        met.append(Requirement.PROBLEM_NAMED)
    return tuple(met)


def choose(
    view: BankView,
    transcript: Transcript,
    state: SeekerState,
    progress: Progress,
    settings: RetrievalSettings,
) -> Choice:
    """Decide this turn's skill and step.

    A skill in progress is kept while its step is not done and the seeker goes along; one that is taken badly is
    repaired once and then left; one that another beats by `SWITCH_MARGIN` is left for it.
    """
    last = transcript[-1].text
    query = Query(state=state, text=last, met=requirements_met(transcript, state), current=progress.skill_id)
    retrieved = retrieve(view, query, settings)
    ended = progress.ended
    if progress.running:
        kept = _keep(view, state, progress, retrieved, settings)
        if isinstance(kept, tuple):
            step_id, how, why, after = kept
            return Choice(
                skill=view.skill(progress.skill_id),
                step_id=step_id,
                how=how,
                why=why,
                progress=after,
                retrieved=retrieved,
            )
        left_because = kept
        ended = (*ended, progress.skill_id)[-REST:]
    else:
        left_because = ""
    for score in retrieved.considered:
        if score.fit < settings.threshold or score.skill_id in ended:
            continue
        skill = view.skill(score.skill_id)
        first = skill.steps[0].id
        why = f"{left_because}; fits best" if left_because else "fits best"
        after = Progress(skill_id=skill.id, version=skill.version, step_id=first, turns=1, ended=ended)
        return Choice(skill=skill, step_id=first, how="start", why=why, progress=after, retrieved=retrieved)
    why = "no skill fits" if not left_because else f"{left_because}; no other skill fits"
    return Choice(skill=None, step_id="", how="none", why=why, progress=Progress(ended=ended), retrieved=retrieved)


def _keep(
    view: BankView, state: SeekerState, progress: Progress, retrieved: Retrieved, settings: RetrievalSettings
) -> tuple[str, How, str, Progress] | str:
    """The step to go on with, or why the skill is left."""
    try:
        skill = view.skill(progress.skill_id)
        step = skill.step(progress.step_id)
    except LookupError:
        return f"left '{progress.skill_id}': this bank has it no longer"
    badly = state.change in step.repair_when or state.change is ResponseChange.TURNS_ON_SUPPORTER
    if badly and state.change is not None and state.risk.tier is RiskTier.NONE:
        # Before the exclusions: a seeker who pushes back against a skill is owed its repair, not a change of subject.
        if progress.repaired:
            return f"left '{skill.id}': it was taken badly twice"
        after = progress.model_copy(update={"turns": progress.turns + 1, "repaired": True})
        return step.id, "repair", f"the seeker {_words(state.change)}", after
    refused = dict(retrieved.refused)
    if skill.id in refused:
        return f"left '{skill.id}': {refused[skill.id]}"
    fitting = [s for s in retrieved.considered if s.fit >= settings.threshold and s.skill_id not in progress.ended]
    own = next((s.score for s in retrieved.considered if s.skill_id == skill.id), 0.0)
    best = fitting[0] if fitting else None
    if best is not None and best.skill_id != skill.id and best.score > own + SWITCH_MARGIN:
        return f"left '{skill.id}': '{best.skill_id}' fits clearly better now"
    if state.change in step.advance_when or progress.turns >= step.most_turns:
        index = skill.steps.index(step)
        if index + 1 == len(skill.steps):
            return f"finished '{skill.id}'"
        following = skill.steps[index + 1]
        after = progress.model_copy(update={"step_id": following.id, "turns": 1})
        return following.id, "continue", f"step '{step.id}' is done", after
    after = progress.model_copy(update={"turns": progress.turns + 1})
    return step.id, "continue", f"step '{step.id}' goes on", after


def _words(change: ResponseChange) -> str:
    return change.value.replace("_", " ")


def retrieve_skill(state: TurnState) -> dict[str, Any]:
    """Node: decides skill and step into `choice`, and the progress that follows from it."""
    resources = current()
    passed_gate(state, resources.context.locale)
    choice = choose(
        resources.view,
        transcript_of(state["messages"]),
        SeekerState.model_validate(state["seeker"]),
        Progress.model_validate(state.get("progress") or {}),
        resources.context.retrieval,
    )
    return {"choice": choice.model_dump(mode="json"), "progress": choice.progress.model_dump(mode="json")}


def would_differ(resources: Resources, episode: Episode) -> bool:
    """Whether this bank would have chosen otherwise at any turn of an episode that another bank was played with.

    Replays retrieval over the turns as they were read. Up to the first different choice both conversations are the
    same, so where there is none the whole episode would be the same, and need not be simulated.
    """
    progress = Progress()
    for index, turn in enumerate(episode.turns):
        if turn.state is None:
            progress = Progress()  # the crisis reply, which no bank decides, and which ends the skill in progress
            continue
        heard = episode.transcript[: 2 * index + 1]
        choice = choose(resources.view, heard, turn.state, progress, resources.context.retrieval)
        if _choice(choice) != _use(turn):
            return True
        progress = choice.progress
    return False


def _choice(choice: Choice) -> tuple[str, int, str, str]:
    version = choice.skill.version if choice.skill else 0
    return (choice.progress.skill_id, version, choice.step_id, choice.how)


def _use(turn: EpisodeTurn) -> tuple[str, int, str, str]:
    used = turn.used
    return (used.skill_id, used.version, used.step_id, used.how) if used else ("", 0, "", "none")
