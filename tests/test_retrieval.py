"""Retrieval refuses first, then compares, and keeps every part of every score."""

from collections.abc import Iterator

import pytest

from conversation.seeker import Activity, Emotion, Need, Risk, RiskTier, SeekerState
from skills_bank.bank import Bank, BankView
from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.retrieval import Query, RetrievalSettings, retrieve
from skills_bank.skill import Conditions, Evidence, EvidenceSource, Example, Exclusions, Requirement, Skill
from skills_bank.skill_md import starter

WORDS = "my manager shouted at me and I am furious"


def skill(skill_id: str, *, says: str = "something else entirely", **fields: object) -> Skill:
    body: dict[str, object] = {
        "id": skill_id,
        "applies": Conditions(activities=(Activity.VENTING,), words="in words"),
        "excludes": Exclusions(words="in words"),
        "requires": (),
        "evidence": (),
        "examples": (Example(before=says, reply="A reply.", after="A sigh.", good=True),),
    }
    return starter()[0].model_copy(update=body | fields)


def add(*skills: Skill) -> list[Change]:
    return [
        Change(id=f"add-{s.id}", kind=ChangeKind.ADD, claim=Claim.UPKEEP, skills=(s,), author="test", reason="test")
        for s in skills
    ]


@pytest.fixture
def bank() -> Iterator[Bank]:
    with Bank.open(":memory:") as opened:
        yield opened


def view(bank: Bank, *skills: Skill) -> BankView:
    bank.commit(add(*skills), expected_generation=bank.generation)
    return bank.at()


VENTING = SeekerState(activity=Activity.VENTING, emotion=Emotion.ANGER)


def ask(state: SeekerState = VENTING, text: str = WORDS, **fields: object) -> Query:
    return Query.model_validate({"state": state, "text": text, **fields})


def test_an_empty_bank_has_no_skill_that_fits(bank: Bank) -> None:
    found = retrieve(bank.at(), ask())
    assert (found.considered, found.refused, found.chosen) == ((), (), None)


def test_of_skills_that_fit_alike_the_one_nearest_in_words_is_chosen(bank: Bank) -> None:
    found = retrieve(view(bank, skill("near", says=WORDS), skill("far")), ask())
    assert [score.skill_id for score in found.considered] == ["near", "far"]
    assert found.chosen == found.considered[0]
    assert found.considered[0].similarity > found.considered[1].similarity


def test_of_skills_alike_in_words_the_one_that_fits_is_chosen(bank: Bank) -> None:
    fitting = Conditions(activities=(Activity.VENTING,), emotions=(Emotion.ANGER,), words="in words")
    found = retrieve(view(bank, skill("plain"), skill("fitting", applies=fitting)), ask())
    assert [score.skill_id for score in found.considered] == ["fitting", "plain"]


def test_of_skills_alike_in_all_else_the_one_that_was_seen_to_help_is_chosen(bank: Bank) -> None:
    helped = Evidence(source=EvidenceSource.HUMAN, effect=0.4, interval=(0.3, 0.5))
    harmed = Evidence(source=EvidenceSource.HUMAN, effect=-0.4, interval=(-0.5, -0.3))
    found = retrieve(
        view(bank, skill("harms", evidence=(harmed,)), skill("helps", evidence=(helped,)), skill("new")), ask()
    )
    assert [(s.skill_id, s.evidence) for s in found.considered] == [("helps", 0.3), ("new", 0.0), ("harms", -0.3)]


def test_the_score_is_the_sum_that_the_settings_say(bank: Bank) -> None:
    here = view(bank, skill("near", says=WORDS), skill("far"))
    settings = RetrievalSettings(similarity_weight=0.2, fit_weight=0.7, evidence_weight=0.3)
    for score in retrieve(here, ask(), settings).considered:
        expected = 0.2 * score.similarity + 0.7 * score.fit + 0.3 * score.evidence
        assert score.score == pytest.approx(expected, abs=1e-6)


def test_no_skill_fits_is_an_answer(bank: Bank) -> None:
    grieving = Conditions(activities=(Activity.GRIEVING,), needs=(Need.EMPATHY,), words="in words")
    found = retrieve(view(bank, skill("grief", says=WORDS, applies=grieving)), ask())
    assert found.chosen is None
    assert [score.skill_id for score in found.considered] == ["grief"]


def test_the_nearest_in_words_is_passed_over_when_it_does_not_fit(bank: Bank) -> None:
    wrong = Conditions(activities=(Activity.GRIEVING,), needs=(Need.EMPATHY,), words="in words")
    settings = RetrievalSettings(similarity_weight=5)
    found = retrieve(view(bank, skill("near", says=WORDS, applies=wrong), skill("fits")), ask(), settings)
    assert found.considered[0].skill_id == "near"
    assert found.chosen is not None
    assert found.chosen.skill_id == "fits"


def test_what_is_chosen_is_always_among_what_is_shown(bank: Bank) -> None:
    wrong = Conditions(activities=(Activity.GRIEVING,), needs=(Need.EMPATHY,), words="in words")
    near = [skill(f"near-{n}", says=WORDS, applies=wrong) for n in range(4)]
    settings = RetrievalSettings(similarity_weight=5, k=2)
    found = retrieve(view(bank, *near, skill("fits")), ask(), settings)
    assert [score.skill_id for score in found.considered] == ["near-0", "fits"]
    assert found.chosen == found.considered[1]


def test_a_refused_skill_is_never_considered_however_near(bank: Bank) -> None:
    late = Exclusions(tier=RiskTier.IMMINENT, words="in words")
    not_venting = late.model_copy(update={"activities": (Activity.VENTING,)})
    here = view(
        bank,
        skill("unsafe", says=WORDS),
        skill("excluded", says=WORDS, excludes=not_venting),
        skill("too-early", says=WORDS, excludes=late, requires=(Requirement.HEARD,)),
        skill("safe", excludes=late),
    )
    found = retrieve(here, ask(VENTING.model_copy(update={"risk": Risk(tier=RiskTier.CONCERN)})))
    assert [score.skill_id for score in found.considered] == ["safe"]
    assert found.refused == (
        ("excluded", "not to be used when the seeker is venting"),
        ("too-early", "asks that the seeker has felt heard first"),
        ("unsafe", "not to be used at risk 'concern'"),
    )
    heard = retrieve(here, ask(met=(Requirement.HEARD,)))
    assert "too-early" in {score.skill_id for score in heard.considered}


def test_another_language_is_refused_when_the_seekers_is_known(bank: Bank) -> None:
    here = view(bank, skill("english"), skill("chinese", locale="zh"))
    assert [s.skill_id for s in retrieve(here, ask(locale="en-GB")).considered] == ["english"]
    assert len(retrieve(here, ask()).considered) == 2


def test_what_fits_best_is_scored_even_when_its_words_are_far(bank: Bank) -> None:
    fitting = Conditions(activities=(Activity.VENTING,), emotions=(Emotion.ANGER,), needs=(Need.LISTENING,), words="w")
    wrong = Conditions(activities=(Activity.GRIEVING,), words="in words")
    near = [skill(f"near-{n}", says=f"{WORDS} {n}", applies=wrong) for n in range(12)]
    state = VENTING.model_copy(update={"need": Need.LISTENING})
    found = retrieve(view(bank, *near, skill("fitting", applies=fitting)), ask(state), RetrievalSettings(candidates=2))
    assert found.chosen is not None
    assert found.chosen.skill_id == "fitting"


def test_the_skill_in_progress_is_always_scored(bank: Bank) -> None:
    wrong = Conditions(activities=(Activity.GRIEVING,), needs=(Need.EMPATHY,), words="in words")
    here = view(bank, *(skill(f"near-{n}", says=WORDS) for n in range(14)), skill("current", applies=wrong))
    settings = RetrievalSettings(k=2, candidates=2)
    without = retrieve(here, ask(), settings)
    found = retrieve(here, ask(current="current"), settings)
    assert [score.skill_id for score in without.considered] == ["near-0", "near-1"]
    assert [score.skill_id for score in found.considered] == ["near-0", "near-1", "current"]
    assert found.chosen == without.chosen
    assert retrieve(here, ask(current="gone"), settings) == without


def test_the_reasons_hold_fit_and_evidence(bank: Bank) -> None:
    helped = Evidence(source=EvidenceSource.HUMAN, helped=9, harmed=1, effect=0.4, interval=(0.3, 0.5))
    (score,) = retrieve(view(bank, skill("one", evidence=(helped,))), ask()).considered
    assert score.reasons == (
        "the seeker is venting, as the skill asks",
        "human evidence: helped 9, harmed 1; the gain is at least +0.30",
    )


def test_the_same_question_has_the_same_answer_in_another_bank(bank: Bank) -> None:
    skills = starter()
    with Bank.open(":memory:") as other:
        there = view(other, *reversed(skills))
        here = view(bank, *skills)
        for state in (VENTING, SeekerState(activity=Activity.GRIEVING)):
            assert retrieve(here, ask(state)) == retrieve(there, ask(state))


def test_settings_are_told_apart_by_their_hash_and_their_embedder() -> None:
    one, other = RetrievalSettings(), RetrievalSettings(threshold=0.5)
    assert one.hash == RetrievalSettings().hash != other.hash
    assert one.fingerprint("a") == RetrievalSettings().fingerprint("a")
    assert len({one.fingerprint("a"), one.fingerprint("b"), other.fingerprint("a")}) == 3
