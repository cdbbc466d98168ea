"""What refuses a skill outright? Retirement, risk, contraindications, and what has not come first."""

from collections.abc import Callable, Collection, Sequence

from conversation.seeker import RiskTier, SeekerState
from skills_bank.fit import readings
from skills_bank.skill import Requirement, Skill, SkillId, Status

_SAID = {
    "scenarios": "not to be used when the problem is {}",
    "activities": "not to be used when the seeker is {}",
    "needs": "not to be used when the need is {}",
    "readiness": "not to be used when the seeker is ready {}",
    "resistance": "not to be used when the resistance is {}",
}
_MISSING = {
    Requirement.HEARD: "asks that the seeker has felt heard first",
    Requirement.PERMISSION: "asks for the seeker's permission first",
    Requirement.PROBLEM_NAMED: "asks that the problem has been named first",
}
Refused = dict[SkillId, str]


class Contraindications:
    """The refusals of many skills. What each reading refuses is written down once, and then looked up."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        self._skills = skills
        self._known: dict[tuple[str, str], Refused] = {}
        for skill in skills:
            for name, said in _SAID.items():
                for value in getattr(skill.excludes, name):
                    why = said.format(value.value.replace("_", " "))
                    self._known.setdefault((name, value.value), {})[skill.id] = why

    def refused(self, state: SeekerState, met: Collection[Requirement], locale: str = "") -> Refused:
        """Why each skill that must not be used is refused, in plain words; the gravest reason where there are several.

        Args:
            state: What was read. A second activity refuses as well as the first.
            met: What has come first in the conversation.
            locale: The seeker's language; empty for any.
        """
        reasons = [self._retired(), self._tier(state.risk.tier)]
        for name, read in readings(state).items():
            if name in _SAID:
                reasons.extend(self._known.get((name, value.value), {}) for value in read)
        reasons.extend(self._missing(requirement) for requirement in Requirement if requirement not in met)
        if locale:
            reasons.append(self._foreign(locale))
        merged: Refused = {}
        for some in reversed(reasons):
            merged.update(some)
        return merged

    def _retired(self) -> Refused:
        return self._once("status", "retired", "retired", lambda skill: skill.status is Status.RETIRED)

    def _tier(self, tier: RiskTier) -> Refused:
        why = f"not to be used at risk '{tier.value}'"
        return self._once("tier", tier.value, why, lambda skill: tier.level >= skill.excludes.tier.level)

    def _missing(self, requirement: Requirement) -> Refused:
        why = _MISSING[requirement]
        return self._once("requires", requirement.value, why, lambda skill: requirement in skill.requires)

    def _foreign(self, locale: str) -> Refused:
        why = f"not written in the seeker's language, '{locale}'"
        return self._once("locale", locale, why, lambda skill: _language(skill.locale) != _language(locale))

    def _once(self, kind: str, value: str, why: str, refuses: Callable[[Skill], bool]) -> Refused:
        key = (kind, value)
        if key not in self._known:
            self._known[key] = {skill.id: why for skill in self._skills if refuses(skill)}
        return self._known[key]


def refusal(skill: Skill, state: SeekerState, met: Collection[Requirement], locale: str = "") -> str | None:
    """Why this one skill must not be used now; None when nothing speaks against it."""
    return Contraindications([skill]).refused(state, met, locale).get(skill.id)


def _language(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()
