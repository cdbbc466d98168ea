"""Which prototypes make one skill? Those of one kind of moment: what helped in it, what harmed, what helped next."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from conversation.model import Value
from conversation.support import Polarity, SupportMove
from skills_bank.intervention_unit import InterventionUnit
from skills_bank.prototype import Prototype
from skills_bank.rates import effect_against_the_rest
from skills_bank.skill import Evidence, EvidenceSource, SkillId

LEAST_HELPED = 12
"""Units that must have helped, by moves that a skill can be built on, before a kind of moment is written up."""

MOST_LISTED = 6
"""Prototypes of each kind that a distiller is shown: those with most weight."""

NEVER_DISTILLED = frozenset({SupportMove.DISCLOSE_SELF, SupportMove.RAPPORT, SupportMove.UNCLEAR})
"""Self-disclosure is labelled and never distilled: the agent has no life to tell of. Rapport carries no skill."""

JUDGE = "seekers' feedback where given, else the wording of their next turn"


class SkillGroup(Value):
    """What a distiller is given, and the evidence that the skill will carry whatever the distiller writes."""

    id: SkillId
    helped: tuple[Prototype, ...]
    harmed: tuple[Prototype, ...] = ()
    followed_by: tuple[Prototype, ...] = ()
    evidence: Evidence


def group_prototypes(prototypes: Iterable[Prototype], units: Iterable[InterventionUnit]) -> tuple[SkillGroup, ...]:
    """Groups in the order of their ids; the same for the same input in any order.

    A prototype helped when its share is not below what is usual in its moment: most replies are followed by something
    good, so that a share above one half says nothing.

    Args:
        prototypes: All of them; those that can carry no skill still count towards what is usual.
        units: The units that they were made of: they tell what followed on what.
    """
    everything = sorted(prototypes, key=lambda prototype: prototype.id)
    following = _what_helped_next(everything, units)
    moments: dict[str, list[Prototype]] = defaultdict(list)
    for prototype in everything:
        moments[prototype.moment].append(prototype)
    groups = []
    for moment, members in sorted(moments.items()):
        usable = [prototype for prototype in members if not NEVER_DISTILLED & set(prototype.moves)]
        helped = [prototype for prototype in usable if prototype.effect >= 0]
        if sum(prototype.helped for prototype in helped) < LEAST_HELPED:
            continue
        harmed = [prototype for prototype in usable if prototype.effect < 0 and prototype.harmed]
        groups.append(
            SkillGroup(
                id=moment.replace("/", "-").replace("_", "-"),
                helped=_weightiest(helped, lambda prototype: prototype.helped),
                harmed=_weightiest(harmed, lambda prototype: prototype.harmed),
                followed_by=_next_for(helped, following, everything),
                evidence=_evidence(helped, members, moment.replace("_", " ").replace("/", ", ")),
            )
        )
    return tuple(groups)


def _weightiest(prototypes: Iterable[Prototype], weight: Callable[[Prototype], int]) -> tuple[Prototype, ...]:
    return tuple(sorted(prototypes, key=lambda prototype: (-weight(prototype), prototype.id))[:MOST_LISTED])


def _what_helped_next(prototypes: Sequence[Prototype], units: Iterable[InterventionUnit]) -> Mapping[str, Counter[str]]:
    """Prototype → prototypes of the very next unit of the same dialogue, counted where both units helped."""
    home = {unit_id: prototype.id for prototype in prototypes for unit_id in prototype.units}
    helped = {unit.id for unit in units if unit.polarity is Polarity.CONSTRUCTIVE}
    following: dict[str, Counter[str]] = defaultdict(Counter)
    for unit_id in helped & home.keys():
        dialogue, _, run = unit_id.rpartition("#")
        next_id = f"{dialogue}#{int(run) + 2}"  # runs alternate: the next reply stands two runs on
        if next_id in helped and next_id in home:
            following[home[unit_id]][home[next_id]] += 1
    return following


def _next_for(
    helped: Sequence[Prototype], following: Mapping[str, Counter[str]], everything: Sequence[Prototype]
) -> tuple[Prototype, ...]:
    """What helped next more often than its size alone explains, by other moves than before; the surest first."""
    known = {prototype.id: prototype for prototype in everything}
    total = sum(prototype.helped for prototype in everything)
    counts: Counter[str] = sum((following.get(prototype.id, Counter()) for prototype in helped), Counter())
    begun = {prototype.moves[0] for prototype in helped}
    surplus = {
        next_id: count - counts.total() * known[next_id].helped / total
        for next_id, count in counts.items()
        if not NEVER_DISTILLED & set(known[next_id].moves) and known[next_id].effect >= 0
    }
    chosen = sorted(surplus, key=lambda i: (known[i].moves[0] in begun, -surplus[i], i))
    return tuple(known[next_id] for next_id in chosen[:MOST_LISTED] if surplus[next_id] > 0)


def _evidence(helped: Sequence[Prototype], members: Sequence[Prototype], group: str) -> Evidence:
    """Counts of what the skill is built on, for and against, and how far that lies from the rest of the moment."""
    ids = {prototype.id for prototype in helped}
    good, bad = sum(p.helped for p in helped), sum(p.harmed for p in helped)
    usual_good, usual_bad = sum(p.helped for p in members), sum(p.harmed for p in members)
    effect, interval = effect_against_the_rest(good, good + bad, usual_good, usual_good + usual_bad)
    return Evidence(
        source=EvidenceSource.HUMAN,
        helped=good,
        harmed=bad,
        neutral=sum(prototype.neutral for prototype in members if prototype.id in ids),
        effect=round(effect, 4),
        interval=interval and (round(interval[0], 4), round(interval[1], 4)),
        group=group,
        judge=JUDGE,
        units=tuple(sorted(unit for prototype in helped for unit in prototype.units)),
    )
