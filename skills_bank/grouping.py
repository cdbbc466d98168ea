"""Which prototypes make one skill? Those of one kind of moment: what helped in it, what harmed, what helped next."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from conversation.model import Value
from conversation.support import Polarity, SupportMove
from skills_bank.intervention_unit import InterventionUnit
from skills_bank.pooling import Effect, counted, honest_effects, pooled_effects
from skills_bank.prototype import Prototype
from skills_bank.skill import Evidence, EvidenceSource, SkillId

LEAST_HELPED = 12
"""Units that must have helped, by moves that a skill can be built on, before a kind of moment is written up."""

MOST_LISTED = 6
"""Prototypes of each kind that a distiller is shown: the surest."""

NEVER_DISTILLED = frozenset({SupportMove.DISCLOSE_SELF, SupportMove.RAPPORT, SupportMove.UNCLEAR})
"""Self-disclosure is labelled and never distilled: the agent has no life to tell of. Rapport carries no skill."""

JUDGE = "seekers' feedback where given, else the wording of their next turn; effect cross-fitted over dialogues"


class SkillGroup(Value):
    """What a distiller is given, and the evidence that the skill will carry whatever the distiller writes."""

    id: SkillId
    helped: tuple[Prototype, ...]
    harmed: tuple[Prototype, ...] = ()
    followed_by: tuple[Prototype, ...] = ()
    evidence: Evidence


def group_prototypes(prototypes: Iterable[Prototype], units: Iterable[InterventionUnit]) -> tuple[SkillGroup, ...]:
    """Groups in the order of their ids; the same for the same input in any order.

    A prototype helped when its pooled effect is not below what is usual in its moment: most replies are followed by
    something good, so that a share above one half says nothing. Within a group the surest prototypes come first.

    Args:
        prototypes: All of them; those that can carry no skill still count towards what is usual.
        units: The units that they were made of: they tell what followed on what.
    """
    everything = sorted(prototypes, key=lambda prototype: prototype.id)
    good = frozenset(unit.id for unit in units if unit.polarity is Polarity.CONSTRUCTIVE)
    usable = {p.id: p for p in everything if not NEVER_DISTILLED & set(p.moves)}
    effect = pooled_effects(everything, counted(everything))
    honest = honest_effects(everything, usable, good)
    following = _what_helped_next(everything, good)
    moments: dict[str, list[Prototype]] = defaultdict(list)
    for prototype in usable.values():
        moments[prototype.moment].append(prototype)
    groups = []
    for moment, members in sorted(moments.items()):
        surest = sorted(members, key=lambda prototype: (-effect[prototype.id], prototype.id))
        helped = [prototype for prototype in surest if effect[prototype.id] >= 0 and prototype.helped]
        if sum(prototype.helped for prototype in helped) < LEAST_HELPED:
            continue
        harmed = [prototype for prototype in reversed(surest) if effect[prototype.id] < 0 and prototype.harmed]
        groups.append(
            SkillGroup(
                id=moment.replace("/", "-").replace("_", "-"),
                helped=tuple(helped[:MOST_LISTED]),
                harmed=tuple(harmed[:MOST_LISTED]),
                followed_by=_next_for(helped, following, everything, effect),
                evidence=_evidence(helped, honest[moment]),
            )
        )
    return tuple(groups)


def _what_helped_next(prototypes: Sequence[Prototype], helped: frozenset[str]) -> Mapping[str, Counter[str]]:
    """Prototype → prototypes of the very next unit of the same dialogue, counted where both units helped."""
    home = {unit_id: prototype.id for prototype in prototypes for unit_id in prototype.units}
    following: dict[str, Counter[str]] = defaultdict(Counter)
    for unit_id in helped & home.keys():
        dialogue, _, run = unit_id.rpartition("#")
        next_id = f"{dialogue}#{int(run) + 2}"  # runs alternate: the next reply stands two runs on
        if next_id in helped and next_id in home:
            following[home[unit_id]][home[next_id]] += 1
    return following


def _next_for(
    helped: Sequence[Prototype],
    following: Mapping[str, Counter[str]],
    everything: Sequence[Prototype],
    effect: Mapping[str, float],
) -> tuple[Prototype, ...]:
    """What helped next more often than its size alone explains, by other moves than before; the surest first."""
    known = {prototype.id: prototype for prototype in everything}
    total = sum(prototype.helped for prototype in everything)
    counts: Counter[str] = sum((following.get(prototype.id, Counter()) for prototype in helped), Counter())
    begun = {prototype.moves[0] for prototype in helped}
    surplus = {
        next_id: count - counts.total() * known[next_id].helped / total
        for next_id, count in counts.items()
        if not NEVER_DISTILLED & set(known[next_id].moves) and effect[next_id] >= 0
    }
    chosen = sorted(surplus, key=lambda i: (known[i].moves[0] in begun, -surplus[i], i))
    return tuple(known[next_id] for next_id in chosen[:MOST_LISTED] if surplus[next_id] > 0)


def _evidence(helped: Sequence[Prototype], honest: Effect) -> Evidence:
    """Counts of what the skill is built on, for and against, and the honest effect of building on such things."""
    effect, interval, _ = honest
    return Evidence(
        source=EvidenceSource.HUMAN,
        helped=sum(prototype.helped for prototype in helped),
        harmed=sum(prototype.harmed for prototype in helped),
        neutral=sum(prototype.neutral for prototype in helped),
        effect=round(effect, 4),
        interval=interval and (round(interval[0], 4), round(interval[1], 4)),
        group=helped[0].moment.replace("_", " ").replace("/", ", "),
        judge=JUDGE,
        units=tuple(sorted(unit for prototype in helped for unit in prototype.units)),
    )
