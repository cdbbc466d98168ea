"""What does the field generally advise for a need? Plans in Hill's order, and how each move is done.

Authored from the literature that each plan names, not from the embedded world. A plan is where a proposal starts; what
was seen of the seekers concerned (`MoveRecord`) then decides between a step's own moves and its alternatives.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from conversation.model import Value
from conversation.seeker import Activity, Need, Resistance
from conversation.support import ResponseChange, SupportMove
from nodes.embedded.draw import stream
from nodes.embedded.reading.moves import read_moves
from nodes.embedded.wording import templates
from nodes.skill_proposer import MoveRecord
from skills_bank.change import Group
from skills_bank.skill import Example, Pitfall, Skill, SkillId, Step

M = SupportMove

LISTED = 0.3
"""What the field's own order is worth beside what was seen: as much as three good replies in four, few as they are."""
FEW = 4
"""Replies of the usual kind that are added to what was seen of a move, so that one or two decide nothing."""
FEWEST_HARMED = 3
"""Replies with a move that must have gone badly, and more often than well, before it is dropped."""
WAYS = 4
"""Wordings that a step is given."""

ACTION: dict[SupportMove, str] = {
    M.ASK_OPENLY: "Ask one open question that follows from what they said.",
    M.ASK_TO_CLARIFY: "Ask for one thing that you need to know, and say why.",
    M.RESTATE: "Say back what they told you, in fewer words and in theirs.",
    M.REFLECT_FEELING: "Name the feeling that shows, in one plain sentence.",
    M.REFLECT_MEANING: "Offer, as a guess, what it may mean to them.",
    M.VALIDATE: "Say that the reaction makes sense, and what makes it so.",
    M.AFFIRM: "Name one thing they did, and what it took.",
    M.REASSURE: "Give hope that rests on something they told you.",
    M.OFFER_VIEW: "Offer one view that is new, as a possibility.",
    M.REPAIR: "Say plainly that you missed something, and ask what.",
    M.INFORM: "Give one fact that bears on this, in plain words.",
    M.REFER: "Name one person or service that could carry this with them.",
    M.SUGGEST: "Offer one thing to try, and leave the choice to them.",
    M.PLAN: "Work out the first step together: what, when, with whom.",
    M.COACH: "Lead one short exercise, now, at their pace.",
    M.RAPPORT: "Make contact, and say that there is time.",
}
"""How each move is done, one line; `disclose_self` is never made."""

MANNER: dict[Resistance, tuple[SupportMove, tuple[str, ...]]] = {
    Resistance.MINIMAL: (M.REFLECT_FEELING, ("Question after question.", "Filling every silence.")),
    Resistance.IRRELEVANT: (M.RESTATE, ("Pulling them back to the point.",)),
    Resistance.SUPERFICIAL: (M.REFLECT_FEELING, ("Going deep in one stride.",)),
    Resistance.INTELLECTUALISING: (M.REFLECT_FEELING, ("Debating the theory.",)),
    Resistance.HOSTILITY: (M.VALIDATE, ("Defending yourself.", "Explaining.")),
    Resistance.DEFENSIVENESS: (M.AFFIRM, ("“Why did you …”", "Pointing out their part.")),
    Resistance.COMPLIANCE: (M.ASK_OPENLY, ("Taking a yes for agreement.",)),
}
"""How to begin with each pattern of resistance: the first move, and what to avoid (rolling with resistance, Miller and
Rollnick 2013)."""

_NEED_OF: dict[Activity, Need] = {
    Activity.GUARDED: Need.LISTENING,
    Activity.TELLING: Need.LISTENING,
    Activity.VENTING: Need.LISTENING,
    Activity.OVERWHELMED: Need.LISTENING,
    Activity.WORRYING: Need.EMPATHY,
    Activity.GRIEVING: Need.EMPATHY,
    Activity.SELF_BLAMING: Need.EMPATHY,
    Activity.HOPELESS: Need.EMPATHY,
    Activity.ALONE: Need.EMPATHY,
    Activity.TORN: Need.WEIGHING,
    Activity.SEEKING_VALIDATION: Need.AGREEMENT,
    Activity.MAKING_SENSE: Need.SELF_REFLECTION,
    Activity.ASKING_ADVICE: Need.ADVICE,
    Activity.PUSHING_BACK: Need.LISTENING,
    Activity.EASING: Need.RECOGNITION,
}


_SAMPLE = {
    "problem": "the review",
    "feeling": "anxious",
    "person": "your manager",
    "effort": "kept the rota going alone",
    "quote": "nobody asked me",
}
"""Words in place of the slots, so that a template can be read as it will sound."""


class PlanStep(Value):
    """One step of a plan: its usual moves, and those that may stand in for them."""

    id: SkillId
    aim: str
    moves: tuple[SupportMove, ...]
    instead: tuple[SupportMove, ...]
    avoid: tuple[str, ...]
    advance: tuple[ResponseChange, ...]
    repair: tuple[ResponseChange, ...]
    most_turns: int


class Plan(Value):
    """What is generally advised for a need; `changes` … `examples` become the skill's fields of those names."""

    id: SkillId
    title: str
    summary: str
    rationale: str
    sources: tuple[str, ...]
    words: str
    not_words: str
    not_needs: tuple[Need, ...]
    steps: tuple[PlanStep, ...]
    done: str
    stop: str
    changes: tuple[ResponseChange, ...]
    within: int
    allowed_dip: str = ""
    pitfalls: tuple[Pitfall, ...]
    examples: tuple[Example, ...]


@cache
def _plans() -> dict[Need, Plan]:
    text = (files("nodes.embedded") / "repertoire.json").read_text(encoding="utf-8")
    return {Need(need): Plan.model_validate(plan) for need, plan in json.loads(text).items()}


def plan_for(need: Need) -> Plan:
    """The plan for a need; where the need is unclear, the one for listening, which is where support begins."""
    return _plans()[Need.LISTENING if need is Need.UNCLEAR else need]


def need_of(group: Group, skill: Skill | None = None) -> Need:
    """What these seekers need: as read of them, else from what they are doing, else what the skill is for."""
    if group.needs:
        return group.needs[0]
    if group.activities:
        return _NEED_OF.get(group.activities[0], Need.LISTENING)
    if skill is not None and skill.applies.needs:
        return skill.applies.needs[0]
    return Need.LISTENING


DIRECTING = frozenset({M.SUGGEST, M.PLAN, M.INFORM, M.COACH, M.REFER, M.OFFER_VIEW, M.REASSURE})
"""Moves that lead somewhere: unasked, they are what people most often mind."""


def out_of_place(moves: Sequence[SupportMove], need: Need) -> bool:
    """Whether a step does what is not generally advised for a need, and would be right for another.

    One directing move that is not advised is enough; of the others, none may be. Asking and repairing are right for
    everyone. A step that is right for nobody is hollow, which is another trouble.
    """
    done = {move for move in moves if move not in (M.ASK_OPENLY, M.ASK_TO_CLARIFY, M.REPAIR)}
    if not done or need is Need.UNCLEAR:
        return False
    wrong = done - _advised(need)
    return (wrong == done or bool(wrong & DIRECTING)) and any(done <= _advised(other) for other in _plans())


@cache
def _advised(need: Need) -> frozenset[SupportMove]:
    return frozenset(move for step in plan_for(need).steps for move in (*step.moves, *step.instead))


def harmful(record: MoveRecord | None) -> bool:
    """Whether a move went badly more often than well, and often enough to say so."""
    return record is not None and record.harmed >= FEWEST_HARMED and record.harmed > record.helped


def worth(move: SupportMove, records: Sequence[MoveRecord], listed: float) -> float:
    """What speaks for a move: its place in the plan, and how much better than usual it was followed (−1 to 1).

    Against what is usual for these seekers, since most replies are followed by more telling whatever they do, and a
    move that nobody has tried yet must not lose to that. Drawn towards 0 where little was seen.
    """
    record = next((record for record in records if record.move is move), None)
    if record is None:
        return listed
    replies = sum(r.helped + r.harmed + r.neutral for r in records)
    usual = sum(r.helped - r.harmed for r in records) / max(1, replies)
    seen = record.helped + record.harmed + record.neutral
    return listed + (record.helped - record.harmed - usual * seen) / (seen + FEW)


def choose_moves(
    usual: Sequence[SupportMove],
    instead: Sequence[SupportMove],
    records: Sequence[MoveRecord],
    *,
    leaning: float = LISTED,
) -> tuple[SupportMove, ...]:
    """As many moves as are usual, the best by what is known and seen, in the plan's order.

    Args:
        usual: the plan's own moves, in order.
        instead: what may stand in for them.
        records: what was seen of the seekers concerned; moves that harmed them are dropped.
        leaning: what being usual is worth; negative prefers the alternatives.
    """
    by_move = {record.move: record for record in records}
    order = [*usual, *(move for move in instead if move not in usual)]
    safe = [move for move in order if not harmful(by_move.get(move))] or order
    ranked = sorted(
        safe, key=lambda move: (-worth(move, records, leaning if move in usual else 0.0), order.index(move))
    )
    kept = set(ranked[: len(usual)])
    # A question goes last: what answers the seeker's words comes before what asks for more.
    asks = (M.ASK_OPENLY, M.ASK_TO_CLARIFY, M.PLAN)
    return tuple(sorted((move for move in order if move in kept), key=lambda move: (move in asks, order.index(move))))


def step_of(planned: PlanStep, records: Sequence[MoveRecord], seed: int, *, leaning: float = LISTED) -> Step:
    """The plan's step as a skill's step, with moves chosen and worded."""
    moves = choose_moves(planned.moves, planned.instead, records, leaning=leaning)
    return Step(
        id=planned.id,
        aim=planned.aim,
        moves=moves,
        actions=tuple(ACTION[move] for move in moves),
        wording=ways_to_say(moves, seed, planned.id),
        avoid=planned.avoid,
        advance_when=planned.advance,
        repair_when=planned.repair,
        most_turns=planned.most_turns,
    )


def spoken(way: str) -> str:
    """A wording as it will sound, with words of some seeker in its slots; what is in other braces stays."""
    for name, words in _SAMPLE.items():
        way = way.replace(f"{{{name}}}", words)
    return way


def ways_to_say(moves: Sequence[SupportMove], seed: int, *what: object) -> tuple[str, ...]:
    """Ways to make these moves in order, each a sentence a move; only such in which each move can be told.

    Distinct sentences throughout, so that a conversation can use several without repeating itself.
    """
    draw = stream(seed, "wording", *what)
    stock = {}
    for move in moves:
        ways = [way for way in templates(move) if move in read_moves(spoken(way))]
        draw.shuffle(ways)
        # One way without a slot last: it can be said even where nothing could be read.
        stock[move] = sorted(ways, key=lambda way: "{" not in way)
    said: list[str] = []
    for number in range(WAYS):
        parts = []
        for move in moves:
            ways = stock[move]
            if number >= len(ways):
                break
            parts.append(ways[-1] if number == WAYS - 1 else ways[number])
        if len(parts) == len(moves):
            said.append(" ".join(parts))
    return tuple(dict.fromkeys(said))
