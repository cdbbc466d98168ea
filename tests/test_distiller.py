"""Whatever a distiller writes: id, licence, evidence and lineage are the program's; duplicates do not enter."""

from pathlib import Path

import pytest

from conversation.seeker import Activity
from conversation.support import SupportMove
from nodes.distiller import grounded, question_about
from nodes.embedded.distiller import play
from nodes.workbench import MOST_BENCHES, bench_of, clear, lay_out
from skills_bank.bank import Bank
from skills_bank.duplicates import without_duplicates
from skills_bank.grouping import SkillGroup
from skills_bank.prototype import Prototype
from skills_bank.skill import Conditions, Evidence, EvidenceSource, Review, Skill, Status


def group(name: str, activity: Activity = Activity.GRIEVING, helped: int = 30) -> SkillGroup:
    prototype = Prototype(
        id=name,
        moment=activity,
        activity=activity,
        moves=(SupportMove.REFLECT_FEELING,),
        units=tuple(f"d{number}#1" for number in range(helped)),
        helped=helped,
        harmed=0,
        interval=(0.9, 1.0),
        effect=0.1,
    )
    evidence = Evidence(source=EvidenceSource.HUMAN, helped=helped, units=prototype.units, group="grieving")
    return SkillGroup(id=name, helped=(prototype,), evidence=evidence)


def distilled(name: str, activity: Activity = Activity.GRIEVING, helped: int = 30) -> Skill:
    made = group(name, activity, helped)
    question = question_about(made, "ESConv", "CC-BY-NC-4.0")
    return grounded(play(question, 0), question, made, "run-1")


def test_a_model_cannot_give_itself_evidence_a_licence_or_a_sign_off() -> None:
    made = group("grief")
    question = question_about(made, "ESConv", "CC-BY-NC-4.0")
    boastful = play(question, 0).model_copy(
        update={
            "id": "another",
            "version": 7,
            "status": Status.CANDIDATE,
            "licence": "MIT",
            "sources": ("a study that nobody was given",),
            "evidence": (Evidence(source=EvidenceSource.HUMAN, helped=999),),
            "reviews": (Review(role="clinician", date="2026-01-01", scope="all"),),
        }
    )
    skill = grounded(boastful, question, made, "run-1")
    assert (skill.id, skill.version, skill.status) == ("grief", 1, Status.ACTIVE)
    assert skill.licence == "CC-BY-NC-4.0"
    assert skill.evidence == (made.evidence,)
    assert skill.reviews == ()
    assert "ESConv" in skill.sources
    assert skill.lineage.run == "run-1"


def test_of_two_skills_that_say_the_same_the_one_with_more_evidence_stays() -> None:
    kept, lines = without_duplicates([distilled("a", helped=20), distilled("b", helped=40)])
    assert [skill.id for skill in kept] == ["b"]
    assert "near-duplicate of b" in lines[0]


def test_the_same_trigger_and_steps_are_a_duplicate_whatever_the_words() -> None:
    first = distilled("a", helped=40)
    words = "Quite other words, about cats, gardens, trains and the weather in November. " * 6
    other = first.model_copy(
        update={
            "id": "b",
            "title": "Trains and gardens in the rain",
            "summary": words,
            "applies": Conditions.model_validate({**first.applies.model_dump(), "words": words}),
            "examples": (),
        }
    )
    kept, lines = without_duplicates([first, other])
    assert len(kept) == 1
    assert "same trigger and steps" in lines[0]


def test_skills_for_different_moments_both_stay() -> None:
    kept, lines = without_duplicates([distilled("b", Activity.TORN), distilled("a")])
    assert ([skill.id for skill in kept], lines) == (["a", "b"], ())
    assert without_duplicates([]) == ((), ())


def test_a_bench_is_found_by_its_name_until_it_is_cleared_or_too_many_are_left(tmp_path: Path) -> None:
    with Bank.open(":memory:") as bank:
        bench = lay_out("one", bank)
        assert bench_of("one") is bench
        for number in range(MOST_BENCHES):
            lay_out(f"more-{number}", bank)
        with pytest.raises(LookupError, match="start the run again"):
            bench_of("one")
        clear("more-0")
        with pytest.raises(LookupError):
            bench_of("more-0")
        for number in range(MOST_BENCHES):
            clear(f"more-{number}")
