"""How is an annotated dialogue cut into intervention units? One for each reply that stands between two seeker turns.

Labels that people gave (strategy, feedback, intensity, problem) win over labels that were read from words.
"""

from collections.abc import Mapping
from typing import NamedTuple

from conversation.annotation import Annotation, SeekerLabels, SupporterLabels
from conversation.dialogue import Dialogue, Speaker, Turn
from conversation.seeker import Scenario, SeekerState
from conversation.support import Polarity, ResponseChange, Strategy, SupportMove
from skills_bank.intervention_unit import InterventionUnit, LabelSource, SupportAction, UnitText

MOST_MOVES = 3
"""Moves kept of one reply: people rarely do more with one, and a joined run of messages may carry many labels."""

_TYPICAL = {
    Strategy.QUESTION: SupportMove.ASK_OPENLY,
    Strategy.RESTATEMENT: SupportMove.RESTATE,
    Strategy.REFLECTION: SupportMove.REFLECT_FEELING,
    Strategy.SELF_DISCLOSURE: SupportMove.DISCLOSE_SELF,
    Strategy.AFFIRMATION: SupportMove.VALIDATE,
    Strategy.SUGGESTIONS: SupportMove.SUGGEST,
    Strategy.INFORMATION: SupportMove.INFORM,
    Strategy.OTHERS: SupportMove.RAPPORT,
}
"""The move that a strategy stands for when the words do not say which of its moves it was."""

_SCENARIOS = {
    "job crisis": (Scenario.JOB_LOSS, Scenario.WORKPLACE),
    "academic pressure": (Scenario.ACADEMIC,),
    "breakup with partner": (Scenario.BREAKUP, Scenario.PARTNER),
    "problems with friends": (Scenario.FRIENDSHIP, Scenario.LONELINESS),
    "ongoing depression": (
        Scenario.LOW_MOOD,  # often with a stressor of its own, which then is what was read
        Scenario.LONELINESS,
        Scenario.BEREAVEMENT,
        Scenario.HEALTH,
        Scenario.CARING,
        Scenario.CHANGE,
        Scenario.HABITS,
        Scenario.FAMILY,
    ),
    "conflict with parents": (Scenario.FAMILY,),
    "issues with parents": (Scenario.FAMILY,),
    "issues with children": (Scenario.PARENTING,),
    "sleep problems": (Scenario.HABITS,),
    "alcohol abuse": (Scenario.HABITS,),
    "procrastination": (Scenario.HABITS,),
    "appearance anxiety": (Scenario.APPEARANCE,),
    "school bullying": (Scenario.ABUSE,),
}
"""ESConv's problem types → our scenarios, the likeliest first."""

_OWN_NAMES = frozenset(scenario.value for scenario in Scenario if scenario is not Scenario.UNCLEAR)

_LIGHTER_OR_HEAVIER = {
    ResponseChange.EASES: "reads as easing, yet the feeling is stronger",
    ResponseChange.ESCALATES: "reads as escalating, yet the feeling is no stronger",
}


class Judged(NamedTuple):
    """Which way a unit went, and on what evidence."""

    polarity: Polarity
    reason: str


def extract_units(
    dialogue: Dialogue, annotation: Annotation, read_by: LabelSource
) -> list[tuple[InterventionUnit, UnitText]]:
    """All units of a dialogue, in order, each with its words apart.

    Args:
        dialogue: As read; its human labels are used.
        annotation: Labels by the dialogue's merged runs. A reply whose neighbours have no labels gives no unit.
        read_by: Who gave the annotation: a language model or rules.
    """
    runs = dialogue.merged()
    seeker = {entry.run: entry for entry in annotation.seeker}
    supporter = {entry.run: entry for entry in annotation.supporter}
    states = _states(dialogue, seeker)
    units = []
    for index in range(1, len(runs) - 1):
        turn = runs[index][1]
        if turn.speaker is not Speaker.SUPPORTER or not {index - 1, index + 1} <= seeker.keys():
            continue
        after = seeker[index + 1]
        change = after.change or ResponseChange.UNCLEAR
        judged = judge_polarity(
            change,
            seeker[index - 1].state.intensity,
            after.state.intensity,
            new_risk=after.new_risk,
            feedback=runs[index + 1][1].feedback,
        )
        unit = InterventionUnit(
            id=f"{dialogue.id}#{index}",
            dialogue_id=dialogue.id,
            source=dialogue.source,
            licence=dialogue.licence,
            locale=dialogue.locale,
            before=states[index - 1],
            action=_action(turn, supporter.get(index), read_by),
            after=states[index + 1],
            change=change,
            change_source=read_by,
            polarity=judged.polarity,
            polarity_reason=judged.reason,
            turns_before=tuple(runs[index - 1][0]),
            turns_action=tuple(runs[index][0]),
            turns_after=tuple(runs[index + 1][0]),
            position=index / (len(runs) - 1),
            new_risk=after.new_risk,
        )
        before_text, after_text = runs[index - 1][1].text, runs[index + 1][1].text
        units.append((unit, UnitText(unit_id=unit.id, before=before_text, action=turn.text, after=after_text)))
    return units


def judge_polarity(
    change: ResponseChange, intensity_before: int, intensity_after: int, *, new_risk: bool, feedback: int | None
) -> Judged:
    """Which way a unit went. The seeker's own feedback decides where there is some; weak evidence is neutral.

    Args:
        change: How the seeker's next turn differs from the one before.
        intensity_before: Negative emotion read in the turn before, 1 to 5.
        intensity_after: The same in the turn after.
        new_risk: Risk appears in the turn after: a matter for the gate, and no mark against the reply.
        feedback: The seeker's rating of the supporter's messages, 1 to 5, if it was given right after.
    """
    if feedback is not None:
        polarity = Polarity.CONSTRUCTIVE if feedback >= 4 else Polarity.NEGATIVE if feedback <= 2 else Polarity.NEUTRAL
        return Judged(polarity, f"feedback {feedback}")
    words = change.value.replace("_", " ")
    if change is ResponseChange.ESCALATES and new_risk:
        return Judged(Polarity.NEUTRAL, "new risk: flagged, not scored")
    lighter = intensity_after - intensity_before
    if (change is ResponseChange.EASES and lighter > 0) or (change is ResponseChange.ESCALATES and lighter < 0):
        return Judged(Polarity.NEUTRAL, _LIGHTER_OR_HEAVIER[change])
    return Judged(change.polarity, words)


def settle_moves(
    read: tuple[SupportMove, ...], strategies: tuple[str, ...], read_by: LabelSource
) -> tuple[tuple[SupportMove, ...], LabelSource]:
    """The moves of a reply, primary first, and who labelled them.

    A human strategy stands for several moves: what was read is kept where it is one of them, else the strategy's
    typical move is taken. `Others` says least and comes last.
    """
    if not strategies:
        return tuple(move for move in read if move is not SupportMove.UNCLEAR)[:MOST_MOVES], read_by
    labels = sorted((Strategy(name) for name in strategies), key=lambda strategy: strategy is Strategy.OTHERS)
    moves = [next((move for move in read if move.strategy is label), _TYPICAL[label]) for label in labels]
    return tuple(dict.fromkeys(moves))[:MOST_MOVES], LabelSource.HUMAN


def settle_scenario(read: Scenario, problem: str) -> Scenario:
    """The scenario: what was read where it fits the source's problem type, else that type's likeliest.

    A source that names its problems by our own scenarios, as the authored dialogues do, has said it exactly.
    """
    if problem in _OWN_NAMES:
        return Scenario(problem)
    allowed = _SCENARIOS.get(problem)
    if allowed is None or read in allowed:
        return read
    return allowed[0]


def _action(turn: Turn, labels: SupporterLabels | None, read_by: LabelSource) -> SupportAction:
    read = labels.moves if labels else ()
    moves, source = settle_moves(read, turn.strategies, read_by)
    return SupportAction(moves=moves, source=source, flags=labels.flags if labels else ())


def _states(dialogue: Dialogue, seeker: Mapping[int, SeekerLabels]) -> dict[int, SeekerState]:
    """The states read, with the scenario that people named and the intensities that the seeker gave."""
    states = {}
    for run, entry in seeker.items():
        scenario = settle_scenario(entry.state.scenario, dialogue.problem)
        states[run] = entry.state.model_copy(update={"scenario": scenario})
    if states:
        for run, intensity in (
            (min(states), dialogue.intensity_before),
            (max(states), dialogue.intensity_after),
        ):
            if intensity is not None:
                states[run] = states[run].model_copy(update={"intensity": intensity})
    return states
