"""The distiller, played without a language model: what prototypes show, put into authored words.

What is done, when, and what to expect comes from the prototypes; the sentences come from `distilling/` and
`wording.json`. Practice that the prototypes do not show (a hearing move before advice) is added and said so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import TypeVar

from conversation.seeker import Activity, Need, Readiness, Resistance, Scenario
from conversation.support import Polarity, ResponseChange, SupportMove
from nodes.distiller import DistillerQuestion
from nodes.embedded.distilling import MomentText, colours, moment_text, move_text
from nodes.embedded.distilling.phrasing import wordings, worked_reply
from skills_bank.prototype import Prototype
from skills_bank.skill import (
    Conditions,
    Example,
    Exclusions,
    Exit,
    Expected,
    Pitfall,
    Requirement,
    Skill,
    Step,
)
from skills_bank.tone import EMOTIONS, Tone, leading_tone

Label = TypeVar("Label", bound=StrEnum)

HEARING = (
    SupportMove.REFLECT_FEELING,
    SupportMove.VALIDATE,
    SupportMove.RESTATE,
    SupportMove.AFFIRM,
    SupportMove.REPAIR,
    SupportMove.ASK_OPENLY,
    SupportMove.ASK_TO_CLARIFY,
)
"""Moves that a skill may begin with, in the order in which they are made within one reply: questions come last."""

ADVISING = (SupportMove.SUGGEST, SupportMove.PLAN, SupportMove.COACH, SupportMove.INFORM, SupportMove.REFER)

LONGEST_TITLE = 80

NEARLY_ALL = 0.8
"""Share of the weight that prototypes with a label must have, for it to become a condition."""

_QUESTIONS = (SupportMove.ASK_OPENLY, SupportMove.ASK_TO_CLARIFY)
_NEVER = (SupportMove.DISCLOSE_SELF, SupportMove.UNCLEAR, SupportMove.RAPPORT)
_PARTNER = {
    SupportMove.SUGGEST: SupportMove.PLAN,
    SupportMove.INFORM: SupportMove.VALIDATE,
    SupportMove.REFER: SupportMove.VALIDATE,
    SupportMove.REASSURE: SupportMove.REFLECT_FEELING,
    SupportMove.OFFER_VIEW: SupportMove.VALIDATE,
    SupportMove.ASK_OPENLY: SupportMove.RESTATE,
    SupportMove.ASK_TO_CLARIFY: SupportMove.RESTATE,
}
"""What goes with a move of a later step: nothing is told or promised before the feeling has been met once more."""

_HEARD = (ResponseChange.CONFIRMS_UNDERSTOOD, ResponseChange.NAMES_FEELING, ResponseChange.DISCLOSES_MORE)
_MOVED = (ResponseChange.SEES_DIFFERENTLY, ResponseChange.COMMITS, ResponseChange.EASES)
_MISSED = (ResponseChange.CORRECTS, ResponseChange.WITHDRAWS, ResponseChange.TURNS_ON_SUPPORTER)
_HURTING = (Tone.LOW, Tone.ASHAMED)
_READ_AS = {Need.ADVICE: Readiness.ACT, Need.WEIGHING: Readiness.UNDERSTAND, Need.EMPATHY: Readiness.UNDERSTAND}


def play(question: DistillerQuestion, seed: int) -> Skill:
    """The skill. Evidence is left to the caller, who has the units."""
    moment = _Moment(question.helped)
    steps = _steps(question, moment, seed)
    first = steps[0].moves
    following = [move for step in steps for move in step.moves if move is not first[0]]
    actions = [move_text(move).title for move in (first[0], *following[:1])]
    changes = _ranked(question.helped, lambda p: p.changes)[:3] or list(_HEARD)
    harmed = _by_move(question.harmed)
    return Skill(
        id=question.skill_id,
        title=_title(moment, actions),
        summary=_summary(moment, actions, steps),
        rationale=_rationale(question, moment, steps),
        sources=(question.source,),
        licence=question.licence,
        applies=Conditions(
            activities=(moment.activity,),
            needs=moment.needs,
            emotions=EMOTIONS[moment.tone],
            readiness=moment.readiness,
            words=" ".join(moment.sentences),
        ),
        requires=(Requirement.PERMISSION,) if set(first) & set(ADVISING) else (),
        excludes=_exclusions(moment, steps),
        steps=steps,
        exit=Exit(
            done_when=f"The seeker {_or(colours().changes[change].done for change in changes)}.",
            stop_when="The seeker twice in a row turns it down or gives less: say that it was not right, and listen.",
        ),
        expected=Expected(
            changes=tuple(changes),
            within_turns=len(steps) + 1,
            allowed_dip="What hurts can feel closer once it is named." if moment.tone in _HURTING else "",
        ),
        pitfalls=tuple(_pitfall(move, good, bad) for move, (good, bad) in harmed[:3]) or (move_text(first[0]).pitfall,),
        examples=_examples(moment, first, next((move for move, _ in harmed), SupportMove.SUGGEST), seed),
        limits=(
            f"Mined from {question.source}: text chats in English with peer supporters. Not shown for minors, in a "
            "crisis, or in other languages and cultures. What followed a reply need not have come from it."
        ),
    )


class _Moment:
    """What the prototypes that helped have in common."""

    def __init__(self, helped: Sequence[Prototype]) -> None:
        self.activity: Activity = helped[0].activity
        # What a moment is named for sets it apart from its siblings; anything else it may claim only if nearly all have
        # it, or two skills would compete for the same seekers.
        named = helped[0].moment.split("/")[1:]
        needs = tuple(need for need in Need if need in named)
        tones = tuple(tone for tone in Tone if tone in named)
        self.needs: tuple[Need, ...] = needs or _shared(helped, lambda p: p.needs, NEARLY_ALL)
        self.readiness: tuple[Readiness, ...] = _shared(helped, lambda p: p.readiness, NEARLY_ALL)
        self.tone: Tone = next(
            iter(tones or _shared(helped, lambda p: (leading_tone(p.emotions),), NEARLY_ALL)), Tone.PLAIN
        )
        self.text: MomentText = moment_text(self.activity)
        self.need: Need = self.needs[0] if self.needs else Need.UNCLEAR

    @property
    def sentences(self) -> list[str]:
        """The moment in words, one sentence for each thing that holds."""
        words = colours()
        found = [self.text.seen, words.tones[self.tone].words, *(words.needs[need].words for need in self.needs)]
        if len(self.readiness) == 1:
            found.append(words.readiness[self.readiness[0]])
        return [sentence for sentence in found if sentence]

    @property
    def head(self) -> str:
        """The moment as a clause: 'the story is told amid worry (wants an ear)', without what goes without saying."""
        tone = "" if self.tone is self.text.tone else colours().tones[self.tone].title
        need = "" if self.need is self.text.asks else colours().needs[self.need].title
        return f"{self.text.when} {tone}".strip() + (f" ({need})" if need else "")

    def before(self) -> str:
        """What the invented person says in such a moment."""
        if self.tone in self.text.toned and self.tone is not self.text.tone:
            return self.text.toned[self.tone]
        state = _READ_AS.get(self.need, self.readiness[0] if self.readiness else Readiness.HEARD)
        line = "" if self.tone is self.text.tone else colours().tones[self.tone].line
        return f"{self.text.before.get(state, self.text.before[Readiness.HEARD])} {line}".strip()


def _shared(
    helped: Sequence[Prototype], labels: Callable[[Prototype], Iterable[Label]], share: float
) -> tuple[Label, ...]:
    """Labels that prototypes with at least this share of the weight have, by weight."""
    weights: Counter[Label] = Counter()
    for prototype in helped:
        for label in labels(prototype):
            weights[label] += prototype.helped
    total = sum(prototype.helped for prototype in helped)
    return tuple(sorted((w for w in weights if weights[w] >= share * total), key=lambda w: (-weights[w], w.value)))


def _by_move(prototypes: Sequence[Prototype]) -> list[tuple[SupportMove, tuple[int, int]]]:
    """First moves with how often they helped and harmed, the most harmful first."""
    counts: dict[SupportMove, tuple[int, int]] = {}
    for prototype in prototypes:
        move = prototype.moves[0]
        if move not in _NEVER:
            good, bad = counts.get(move, (0, 0))
            counts[move] = (good + prototype.helped, bad + prototype.harmed)
    return sorted(counts.items(), key=lambda entry: (entry[1][0] / sum(entry[1]), -entry[1][1], entry[0].value))


def _steps(question: DistillerQuestion, moment: _Moment, seed: int) -> tuple[Step, ...]:
    best = list(dict.fromkeys(p.moves[0] for p in question.helped if p.moves[0] not in _NEVER))
    hearing = [move for move in best if move in HEARING]
    other = [move for move in best if move not in HEARING]
    late = (
        {SupportMove.AFFIRM} if moment.activity is Activity.PUSHING_BACK else {SupportMove.AFFIRM, SupportMove.REPAIR}
    )
    hearing.sort(
        key=lambda move: move in late
    )  # an effort is named once the trouble was heard; a miss once there is one
    opening = hearing[:1] or [SupportMove.RESTATE]
    if moment.need is Need.ADVICE and other:
        said = [move for move in hearing if move not in _QUESTIONS]
        opening = [*(said[:1] or [SupportMove.RESTATE]), other[0]]
    else:
        said_or_asked = sorted(hearing[1:], key=lambda move: (move in _QUESTIONS) == (opening[0] in _QUESTIONS))
        opening += [move for move in said_or_asked if not {move, *opening} <= set(_QUESTIONS)][:1]
        if len(opening) == 1:
            opening.append(SupportMove.REFLECT_FEELING if opening[0] in _QUESTIONS else SupportMove.ASK_OPENLY)
    plan = [(opening[0], _in_order(opening))]
    used = set(opening)
    following = [prototype.moves[0] for prototype in question.followed_by]
    for move in [*other, *hearing, *following]:
        if len(plan) < 3 and move not in used and move not in _NEVER:
            plan.append((move, _in_order([move, _PARTNER.get(move, SupportMove.ASK_OPENLY)])))
            used.add(move)
    asked = moment.need is Need.ADVICE or moment.activity is Activity.ASKING_ADVICE
    if asked and not used & set(ADVISING):
        plan[2:] = [(SupportMove.SUGGEST, (SupportMove.SUGGEST, SupportMove.PLAN))]  # who asks is not left without
    plan[1:] = sorted(plan[1:], key=lambda step: step[0] in ADVISING)  # hearing and thinking before doing
    return tuple(_step(core, moves, question, moment, seed) for core, moves in plan)


def _in_order(moves: Iterable[SupportMove]) -> tuple[SupportMove, ...]:
    order = [*(move for move in HEARING if move not in _QUESTIONS), *SupportMove]
    later = {move: len(order) for move in _QUESTIONS}
    return tuple(sorted(dict.fromkeys(moves), key=lambda move: (later.get(move, order.index(move)), move.value)))


def _step(
    core: SupportMove, moves: tuple[SupportMove, ...], question: DistillerQuestion, moment: _Moment, seed: int
) -> Step:
    texts = [move_text(move) for move in moves]
    advising = bool(set(moves) & set(ADVISING))
    shown = [p for p in (*question.helped, *question.followed_by) if p.moves[0] in moves]
    hurt = [p for p in (*shown, *question.harmed) if p.moves[0] in moves]
    advance = [*_ranked(shown, lambda p: p.changes)[:3], *(_MOVED if advising else _HEARD)]
    repair = [*_ranked(hurt, lambda p: p.setbacks, by_harm=True)[:2], *_MISSED]
    if advising:
        repair.insert(0, ResponseChange.REJECTS)
    return Step(
        id=move_text(core).title.replace(" ", "-"),
        aim=move_text(core).aim,
        moves=moves,
        actions=tuple(action for text in texts for action in text.actions),
        wording=wordings(moves, moment.activity, moment.tone, seed, question.skill_id, core),
        avoid=tuple(avoid for text in texts for avoid in text.avoid),
        advance_when=tuple(dict.fromkeys(advance))[:4],
        repair_when=tuple(dict.fromkeys(repair))[:4],
        most_turns=1 if advising else 2,
    )


def _ranked(
    prototypes: Sequence[Prototype],
    labels: Callable[[Prototype], Iterable[ResponseChange]],
    *,
    by_harm: bool = False,
) -> list[ResponseChange]:
    """Changes over prototypes, the commonest first; within a prototype the first weighs most."""
    weights: Counter[ResponseChange] = Counter()
    for prototype in prototypes:
        for place, change in enumerate(labels(prototype)):
            wanted = Polarity.NEGATIVE if by_harm else Polarity.CONSTRUCTIVE
            if change.polarity is wanted:
                weights[change] += (prototype.harmed if by_harm else prototype.helped) * 12 // (place + 1)
    return sorted(weights, key=lambda change: (-weights[change], change.value))


def _title(moment: _Moment, actions: Sequence[str]) -> str:
    """As much of moment and actions as fits."""
    long, short = moment.head, moment.text.when
    ways = (f"When {head}: {', then '.join(said)}" for head in (long, short) for said in (actions, actions[:1]))
    return next(way for way in ways if len(way) <= LONGEST_TITLE)


def _summary(moment: _Moment, actions: Sequence[str], steps: Sequence[Step]) -> str:
    done = f"First {actions[0]}" + "".join(f", then {action}" for action in actions[1:])
    later = [step.id.replace("-", " ") for step in steps[1:]]
    later = [title for title in later if title not in actions]
    return (
        f"{done}{'; later ' + ' and '.join(later) if later else ''}. For moments when {moment.head}; what is needed "
        f"is {moment.text.need}."
    )


def _rationale(question: DistillerQuestion, moment: _Moment, steps: Sequence[Step]) -> str:
    first = steps[0].moves
    good = sum(prototype.helped for prototype in question.helped)
    total = good + sum(prototype.harmed for prototype in question.helped)
    shown = {prototype.moves[0] for prototype in (*question.helped, *question.followed_by)}
    moves = dict.fromkeys(move for step in steps for move in step.moves)
    added = [move_text(move).title for move in moves if move not in shown]
    general = f" Added from general practice: to {', to '.join(added)}." if added else ""
    return (
        f"{moment.text.why} {move_text(first[0]).why} Of {total} replies of this kind after which something changed, "
        f"{good} ({good / total:.0%}) were followed by a change for the better.{general}"
    )


def _exclusions(moment: _Moment, steps: Sequence[Step]) -> Exclusions:
    made = {move for step in steps for move in step.moves}
    away = made & {*ADVISING, SupportMove.OFFER_VIEW, SupportMove.REASSURE}
    listening = moment.need in (Need.LISTENING, Need.EMPATHY) and moment.activity is not Activity.ASKING_ADVICE
    fighting = moment.activity in (Activity.PUSHING_BACK, Activity.VENTING)
    words = ["Any sign of danger to the seeker or to others."]
    words += ["They are being hurt or threatened by someone: safety comes first."] if away else []
    words += [colours().needs[moment.need].not_when] if listening else []
    words += [] if fighting else ["They attack or mock the supporter: mend the conversation first."]
    return Exclusions(
        scenarios=(Scenario.ABUSE,) if away else (),
        needs=(Need.ADVICE,) if listening else (),
        resistance=() if fighting else (Resistance.HOSTILITY,),
        words=" ".join(words),
    )


def _pitfall(move: SupportMove, good: int, bad: int) -> Pitfall:
    text = move_text(move).pitfall
    counted = f"{text.what} Where the reply was to {move_text(move).title}, {bad} of {good + bad} went badly."
    return text.model_copy(update={"what": counted})


def _examples(moment: _Moment, first: tuple[SupportMove, ...], misfire: SupportMove, seed: int) -> tuple[Example, ...]:
    before, text = moment.before(), moment.text
    reply = worked_reply(first, moment.activity, moment.tone, text.slots, seed)
    bad = move_text(misfire)
    return (
        Example(before=before, reply=reply, after=text.better, good=True, note="; ".join(map(_titled, first))),
        Example(before=before, reply=bad.misfire, after=text.worse, good=False, note=bad.pitfall.what),
    )


def _titled(move: SupportMove) -> str:
    return move_text(move).title


def _or(words: Iterable[str]) -> str:
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
