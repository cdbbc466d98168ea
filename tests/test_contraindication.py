"""A skill that must not be used is refused before anything is compared, and the reason is told."""

import pytest

from conversation.seeker import Activity, Need, Readiness, Resistance, Risk, RiskTier, Scenario, SeekerState
from skills_bank.contraindication import Contraindications, refusal
from skills_bank.skill import Conditions, Exclusions, Requirement, Skill, Status
from skills_bank.skill_md import starter


def skill(
    skill_id: str = "one",
    *,
    status: Status = Status.ACTIVE,
    locale: str = "en",
    requires: tuple[Requirement, ...] = (),
    **excludes: object,
) -> Skill:
    return starter()[0].model_copy(
        update={
            "id": skill_id,
            "status": status,
            "locale": locale,
            "requires": requires,
            "applies": Conditions(words="always"),
            "excludes": Exclusions.model_validate({"words": "in words", **excludes}),
        }
    )


CALM = SeekerState()


def risk(tier: RiskTier) -> SeekerState:
    return SeekerState(risk=Risk(tier=tier))


def test_nothing_against_it_is_no_refusal() -> None:
    assert refusal(skill(), CALM, ()) is None


def test_a_retired_skill_is_refused() -> None:
    assert refusal(skill(status=Status.RETIRED), CALM, ()) == "retired"


@pytest.mark.parametrize(
    ("lowest", "tier", "refused"),
    [
        (RiskTier.CONCERN, RiskTier.NONE, False),
        (RiskTier.CONCERN, RiskTier.CONCERN, True),
        (RiskTier.CONCERN, RiskTier.IMMINENT, True),
        (RiskTier.ELEVATED, RiskTier.CONCERN, False),
        (RiskTier.ELEVATED, RiskTier.ELEVATED, True),
        (RiskTier.IMMINENT, RiskTier.ELEVATED, False),
    ],
)
def test_risk_from_the_named_tier_upwards_refuses(lowest: RiskTier, tier: RiskTier, refused: bool) -> None:
    reason = refusal(skill(tier=lowest), risk(tier), ())
    assert reason == (f"not to be used at risk '{tier.value}'" if refused else None)


@pytest.mark.parametrize(
    ("excludes", "state"),
    [
        ({"scenarios": (Scenario.ABUSE,)}, SeekerState(scenario=Scenario.ABUSE)),
        ({"activities": (Activity.HOPELESS,)}, SeekerState(activity=Activity.HOPELESS)),
        ({"activities": (Activity.HOPELESS,)}, SeekerState(second_activity=Activity.HOPELESS)),
        ({"needs": (Need.ADVICE,)}, SeekerState(need=Need.ADVICE)),
        ({"readiness": (Readiness.ACT,)}, SeekerState(readiness=Readiness.ACT)),
        ({"resistance": (Resistance.HOSTILITY,)}, SeekerState(resistance=Resistance.HOSTILITY)),
    ],
)
def test_one_match_of_a_contraindication_is_enough(excludes: dict[str, object], state: SeekerState) -> None:
    reason = refusal(skill(**excludes), state, ())
    assert reason is not None
    assert reason.startswith("not to be used when")
    assert refusal(skill(**excludes), CALM, ()) is None


def test_what_cannot_be_told_refuses_nothing() -> None:
    assert refusal(skill(activities=tuple(a for a in Activity if a is not Activity.UNCLEAR)), CALM, ()) is None


@pytest.mark.parametrize("requirement", list(Requirement))
def test_what_must_come_first_must_have_come_first(requirement: Requirement) -> None:
    asking = skill(requires=(requirement,))
    others = [r for r in Requirement if r is not requirement]
    assert "first" in (refusal(asking, CALM, others) or "")
    assert refusal(asking, CALM, [requirement]) is None


@pytest.mark.parametrize(
    ("locale", "seeker", "refused"),
    [("en", "en-GB", False), ("en_US", "en-GB", False), ("zh", "en", True), ("en", "", False)],
)
def test_a_skill_speaks_the_seekers_language(locale: str, seeker: str, refused: bool) -> None:
    assert (refusal(skill(locale=locale), CALM, (), seeker) is not None) is refused


def test_the_gravest_of_several_reasons_is_told() -> None:
    asking = skill(requires=(Requirement.HEARD,), needs=(Need.UNCLEAR,))
    assert refusal(asking, risk(RiskTier.IMMINENT), ()) == "not to be used at risk 'imminent'"


def test_many_at_once_are_refused_as_one_by_one() -> None:
    skills = list(starter())
    states = [CALM, risk(RiskTier.ELEVATED), *(SeekerState(activity=activity) for activity in Activity)]
    together = Contraindications(skills)
    for state in states:
        alone = {s.id: reason for s in skills if (reason := refusal(s, state, (Requirement.HEARD,)))}
        assert together.refused(state, (Requirement.HEARD,)) == alone
