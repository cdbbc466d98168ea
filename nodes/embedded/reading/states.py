"""What state is the seeker in? Read over the whole conversation, the latest words weighing most."""

from collections.abc import Sequence
from typing import TypeVar

from conversation.dialogue import Speaker, Transcript
from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, Scenario, SeekerState
from conversation.support import ResponseChange
from nodes.embedded.reading.changes import read_change
from nodes.embedded.reading.feelings import PLEASANT
from nodes.embedded.reading.lexicon import sections
from nodes.embedded.reading.reactions import Reaction
from nodes.embedded.reading.signs import Signs, signs_of
from nodes.safety.answers import asked_in

Label = TypeVar("Label")

_TOPICS = {Scenario(name): lines[0] for name, lines in sections("topics").items()}
_FADE_NEED = 0.75
"""What a need said one turn earlier still weighs."""
_FADE_FEELING = 0.6
_FADE_SCENARIO = 0.9
"""A stressor that was named stays; one that keeps being named outweighs it in time."""
_LEAST_SCENARIO = 2.0
_LEAST_NEED = 3.0
_LEAST_ACTIVITY = 4
_MINIMAL = 6
"""Words up to which a turn that shows nothing else is minimal."""
_PUSHES = (ResponseChange.CORRECTS, ResponseChange.REJECTS, ResponseChange.TURNS_ON_SUPPORTER)
_PLANS = (ResponseChange.COMMITS, ResponseChange.VOICES_HOPE)
_REQUESTS = (Activity.ASKING_ADVICE, Activity.SEEKING_VALIDATION)
_AFFECTS = (
    Activity.HOPELESS, Activity.GRIEVING, Activity.SELF_BLAMING, Activity.OVERWHELMED, Activity.ALONE,
    Activity.VENTING, Activity.TORN, Activity.WORRYING,
)  # fmt: skip
_BY_EMOTION = {
    Emotion.ANGER: Activity.VENTING,
    Emotion.ANXIETY: Activity.WORRYING,
    Emotion.FEAR: Activity.WORRYING,
    Emotion.GUILT: Activity.SELF_BLAMING,
    Emotion.SHAME: Activity.SELF_BLAMING,
    Emotion.LONELINESS: Activity.ALONE,
    Emotion.OVERWHELM: Activity.OVERWHELMED,
}
_NEED_OF_ACTIVITY = {
    Activity.VENTING: Need.LISTENING,
    Activity.ASKING_ADVICE: Need.ADVICE,
    Activity.TORN: Need.WEIGHING,
    Activity.SEEKING_VALIDATION: Need.AGREEMENT,
    Activity.GRIEVING: Need.EMPATHY,
    Activity.ALONE: Need.EMPATHY,
    Activity.HOPELESS: Need.EMPATHY,
}
_ACTING = (Activity.ASKING_ADVICE, Activity.EASING)
_UNDERSTANDING = (Activity.MAKING_SENSE, Activity.TORN, Activity.SEEKING_VALIDATION)


def _faded(scores: Sequence[dict[Label, int]], fade: float) -> dict[Label, float]:
    """Scores over all turns, each turn weighing `fade` times the one after it; one turn counts at most 12 a label."""
    total: dict[Label, float] = {}
    weight = 1.0
    for score in reversed(scores):
        for label, value in score.items():
            total[label] = total.get(label, 0.0) + weight * min(value, 12)
        weight *= fade
    return total


def _best(scores: dict[Label, float], least: float) -> Label | None:
    best = max(scores, key=lambda label: (scores[label], str(label)), default=None)
    return best if best is not None and scores[best] >= least else None


def _activities(now: Signs, change: ResponseChange | None) -> tuple[Activity, Activity | None]:
    """Primary and second activity of a turn: request before affect, affect before narrative."""
    scores = now.activities
    ranked: list[Activity] = []
    for group in (_REQUESTS, _AFFECTS, (Activity.MAKING_SENSE,), (Activity.EASING,)):
        found = [activity for activity in group if scores.get(activity, 0) >= _LEAST_ACTIVITY]
        ranked += sorted(found, key=lambda activity: (-scores[activity], activity.value))
    if change in _PUSHES:
        ranked = [Activity.PUSHING_BACK, *ranked]
    elif change in _PLANS and not any(activity in _REQUESTS for activity in ranked):
        ranked = [Activity.EASING, *(activity for activity in ranked if activity is not Activity.EASING)]
    if not ranked and now.painful:
        strongest = max(now.painful, key=lambda feeling: feeling.strength)
        by_emotion = _BY_EMOTION.get(strongest.emotion)
        if by_emotion is not None:
            ranked.append(by_emotion)
    if not ranked:
        minimal = now.length <= _MINIMAL or scores.get(Activity.GUARDED, 0) >= _LEAST_ACTIVITY
        ranked.append(Activity.GUARDED if minimal else Activity.TELLING)
    return ranked[0], ranked[1] if len(ranked) > 1 else None


def _scenario(signs: Sequence[Signs]) -> Scenario:
    """The stressor named most; low mood only where no other is, since it colours all of them."""
    total = _faded([sign.scenarios for sign in signs], _FADE_SCENARIO)
    low = total.pop(Scenario.LOW_MOOD, 0.0)
    best = _best(total, _LEAST_SCENARIO)
    if best is not None and (total[best] > _LEAST_SCENARIO or low < _LEAST_SCENARIO):
        return best
    return Scenario.LOW_MOOD if low >= _LEAST_SCENARIO else Scenario.UNCLEAR


def _problem(signs: Sequence[Signs], scenario: Scenario) -> str:
    """The problem phrase that says most; one of the scenario's own field says more, and of equals the first named."""
    best, most = "", 1
    for sign in signs:
        if sign.problem is None:
            continue
        weight = sign.problem.strength + 2 * (scenario in sign.problem_field)
        if weight > most or (not best and scenario is Scenario.UNCLEAR):
            best, most = sign.problem.words, weight
    return best or _TOPICS.get(scenario, "")


def _person(signs: Sequence[Signs]) -> str:
    """The other person named most often; of equals the one named last."""
    named = [person for sign in signs for person in sign.persons]
    return max(reversed(named), key=named.count, default="")


def _feeling(signs: Sequence[Signs]) -> tuple[Emotion, str]:
    totals: dict[Emotion, float] = {}
    word: dict[Emotion, str] = {}
    weight = 1.0
    for sign in reversed(signs):
        for feeling in sign.feelings:
            own = 1.5 if feeling.own else 1.0
            pleasant = 0.6 if feeling.emotion in PLEASANT else 1.0
            totals[feeling.emotion] = totals.get(feeling.emotion, 0.0) + weight * own * pleasant * feeling.strength
            word.setdefault(feeling.emotion, feeling.adjective)
        weight *= _FADE_FEELING
    best = _best(totals, 0.5)
    return (Emotion.UNCLEAR, "") if best is None else (best, word[best])


def _intensity(signs: Sequence[Signs], emotion: Emotion) -> int:
    level, weight, total = 0.0, 0.0, 1.0
    for sign in reversed(signs):
        strengths = [feeling.strength for feeling in sign.painful]
        calmer = any(feeling.emotion in PLEASANT for feeling in sign.feelings)
        if strengths or calmer:
            value = (
                max(strengths, default=2) + (0.5 if sign.emphasis >= 2 and strengths else 0.0) - (0.7 if calmer else 0)
            )
            level += total * value
            weight += total
        total *= _FADE_FEELING
    if not weight:
        return 3
    return max(1, min(5, round(level / weight)))


def _readiness(activity: Activity, second: Activity | None, need: Need) -> Readiness:
    if activity in _ACTING or need is Need.ADVICE:
        return Readiness.ACT
    if activity in _UNDERSTANDING or need in (Need.WEIGHING, Need.OTHERS_MOTIVES, Need.SELF_REFLECTION):
        return Readiness.UNDERSTAND
    if activity in _AFFECTS or activity in (Activity.TELLING, Activity.GUARDED, Activity.PUSHING_BACK):
        return Readiness.HEARD
    return Readiness.UNCLEAR


def _openness(signs: Sequence[Signs]) -> float:
    now = signs[-1]
    mean = sum(min(sign.length, 60) for sign in signs) / len(signs)
    value = 0.15 + 0.25 * min(1.0, now.length / 30) + 0.2 * min(1.0, mean / 30)
    value += 0.2 * bool(now.feelings) + 0.1 * any(sign.feelings for sign in signs) + 0.1 * (now.first_person >= 2)
    return round(min(1.0, value), 3)


def _resistance(signs: Sequence[Signs], change: ResponseChange | None) -> Resistance:
    now = signs[-1]
    if change is ResponseChange.TURNS_ON_SUPPORTER:
        return Resistance.HOSTILITY
    if change in (ResponseChange.REJECTS, ResponseChange.CORRECTS):
        return Resistance.DEFENSIVENESS
    if len(signs) < 2:
        return Resistance.NONE
    if change is ResponseChange.WITHDRAWS:
        return Resistance.MINIMAL
    short = [sign.length <= 5 for sign in signs[-2:]]
    if all(short) and now.reactions.get(Reaction.ACKNOWLEDGES, 0):
        return Resistance.COMPLIANCE
    if all(short):
        return Resistance.MINIMAL
    if now.activities.get(Activity.GUARDED, 0) >= 3 and now.length <= 10:
        return Resistance.SUPERFICIAL
    return Resistance.NONE


def read_state(transcript: Transcript) -> SeekerState:
    """The seeker's state at the end of a conversation, from words alone; `risk` is left to the crisis gate.

    Args:
        transcript: who said what, oldest first. A state without any seeker line is unclear throughout.
    """
    turns, reply = _turns(transcript)
    if not turns:
        return SeekerState()
    signs = [signs_of(turn) for turn in turns]
    now = signs[-1]
    change = read_change(turns[-2], reply, turns[-1]) if len(turns) > 1 else None
    if change in (ResponseChange.REJECTS, ResponseChange.CORRECTS) and asked_in(reply):
        change = ResponseChange.CONTINUES  # a "no" to a question about safety is an answer, and pushes nobody back
    activity, second = _activities(now, change)
    emotion, feeling = _feeling(signs)
    need = _best(_faded([sign.needs for sign in signs], _FADE_NEED), _LEAST_NEED)
    need = need or _NEED_OF_ACTIVITY.get(activity, Need.UNCLEAR)
    scenario = _scenario(signs)
    return SeekerState(
        activity=activity,
        second_activity=second,
        emotion=emotion,
        intensity=_intensity(signs, emotion),
        scenario=scenario,
        need=need,
        readiness=_readiness(activity, second, need),
        openness=_openness(signs),
        resistance=_resistance(signs, change),
        change=change,
        problem=_problem(signs, scenario),
        feeling="" if emotion in PLEASANT else feeling,
        person=_person(signs),
        effort=next((sign.effort for sign in reversed(signs) if sign.effort), ""),
    )


def _turns(transcript: Transcript) -> tuple[list[str], str]:
    """The seeker's turns, messages in a row joined, and the reply before the last of them."""
    turns: list[str] = []
    reply: list[str] = []
    before_last = ""
    last: Speaker | None = None
    for line in transcript:
        if line.speaker is Speaker.SEEKER:
            if last is Speaker.SEEKER:
                turns[-1] = f"{turns[-1]}\n{line.text}"
            else:
                before_last = "\n".join(reply)
                turns.append(line.text)
                reply = []
        else:
            reply.append(line.text)
        last = line.speaker
    return turns, before_last
