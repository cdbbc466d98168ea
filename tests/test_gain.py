"""The expected gain is careful: what is not known counts nothing, and no source speaks for another."""

import pytest

from skills_bank.gain import expected_gain, gain_reasons
from skills_bank.skill import Evidence, EvidenceSource, Skill
from skills_bank.skill_md import starter

HUMAN, SIMULATED, AUTHORED = EvidenceSource.HUMAN, EvidenceSource.SIMULATED, EvidenceSource.AUTHORED


def having(*evidence: Evidence) -> Skill:
    return starter()[0].model_copy(update={"evidence": evidence})


def test_nothing_seen_counts_nothing() -> None:
    assert expected_gain(having()) == 0
    assert expected_gain(having(Evidence(source=HUMAN, neutral=30))) == 0
    assert "nothing was seen" in gain_reasons(having())[0]


def test_an_opinion_counts_nothing_whatever_it_says() -> None:
    assert expected_gain(having(Evidence(source=AUTHORED, helped=50, effect=0.9, interval=(0.8, 1.0)))) == 0


def test_a_gain_that_is_sure_counts_its_lower_end() -> None:
    assert expected_gain(having(Evidence(source=HUMAN, effect=0.3, interval=(0.12, 0.5)))) == 0.12


def test_a_harm_that_is_sure_counts_against_the_skill() -> None:
    assert expected_gain(having(Evidence(source=HUMAN, effect=-0.3, interval=(-0.5, -0.1)))) == -0.1


def test_an_interval_that_spans_zero_counts_as_no_evidence() -> None:
    assert expected_gain(having(Evidence(source=HUMAN, effect=0.1, interval=(-0.2, 0.4)))) == 0


def test_counts_alone_are_enough_and_more_of_them_say_more() -> None:
    few = expected_gain(having(Evidence(source=HUMAN, helped=3)))
    some = expected_gain(having(Evidence(source=HUMAN, helped=12, harmed=2)))
    many = expected_gain(having(Evidence(source=HUMAN, helped=120, harmed=20)))
    assert few == 0 < some < many < 2 * 120 / 140 - 1
    assert expected_gain(having(Evidence(source=HUMAN, helped=2, harmed=12))) == pytest.approx(-some)


def test_sources_are_not_pooled_and_the_more_careful_one_counts() -> None:
    good = Evidence(source=SIMULATED, effect=0.4, interval=(0.3, 0.5))
    bad = Evidence(source=HUMAN, effect=-0.2, interval=(-0.3, -0.05))
    silent = Evidence(source=HUMAN, effect=0.0, interval=(-0.3, 0.3))
    assert expected_gain(having(good, bad)) == -0.05
    assert expected_gain(having(good, silent)) == 0.3


def test_the_reasons_tell_each_source_apart() -> None:
    told = gain_reasons(
        having(
            Evidence(source=HUMAN, helped=9, harmed=1, effect=0.3, interval=(0.12, 0.5)),
            Evidence(source=SIMULATED, helped=1, harmed=1, effect=0, interval=(-0.5, 0.5)),
            Evidence(source=AUTHORED, effect=0.9, interval=(0.8, 1.0)),
        )
    )
    assert told == [
        "human evidence: helped 9, harmed 1; the gain is at least +0.12",
        "simulated evidence: helped 1, harmed 1; whether it helps cannot be told yet",
    ]
