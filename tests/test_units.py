"""Units keep their labels for good; the words of a person can be erased, from the files too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.seeker import Activity, Emotion, Risk, RiskTier, SeekerState
from conversation.support import Polarity, ResponseChange, SupportMove
from skills_bank.bank import Bank
from skills_bank.intervention_unit import InterventionUnit, LabelSource, SupportAction, UnitText
from skills_bank.prototype import Prototype
from skills_bank.skill import Evidence, EvidenceSource
from skills_bank.skill_md import starter

WORDS = "zebrafish-lullaby"


def unit(n: int, dialogue: str = "d1", **fields: object) -> InterventionUnit:
    before = SeekerState(
        activity=Activity.VENTING,
        emotion=Emotion.ANGER,
        problem=f"problem {WORDS}",
        feeling="furious",
        person="my sister",
        effort="called her",
        risk=Risk(tier=RiskTier.CONCERN, signs=(f"sign {WORDS}",)),
    )
    body: dict[str, object] = {
        "id": f"{dialogue}#{n}",
        "dialogue_id": dialogue,
        "source": "test",
        "licence": "CC0-1.0",
        "before": before,
        "action": SupportAction(moves=(SupportMove.VALIDATE,), source=LabelSource.RULES),
        "after": SeekerState(activity=Activity.EASING, problem=f"later {WORDS}"),
        "change": ResponseChange.EASES,
        "change_source": LabelSource.RULES,
        "polarity": Polarity.CONSTRUCTIVE,
        "polarity_reason": "eases",
        "turns_before": (0,),
        "turns_action": (1,),
        "turns_after": (2,),
        "position": 0.5,
    }
    return InterventionUnit.model_validate(body | fields)


def text(one: InterventionUnit) -> UnitText:
    return UnitText(unit_id=one.id, before=f"before {WORDS}", action="action", after=f"after {WORDS}")


@pytest.fixture
def bank(location: str) -> Iterator[Bank]:
    with Bank.open(location) as opened:
        units = [unit(n, dialogue) for dialogue in ("d1", "d2") for n in range(3)]
        assert opened.add_units(units, map(text, units)) == 6
        yield opened


def test_units_and_texts_come_back_exactly(bank: Bank) -> None:
    assert bank.evidence.units(["d2#1", "d1#0", "nobody"]) == [unit(1, "d2"), unit(0)]
    assert [u.id for u in bank.evidence.units()] == ["d1#0", "d1#1", "d1#2", "d2#0", "d2#1", "d2#2"]
    assert bank.evidence.text("d1#0") == text(unit(0))
    assert bank.evidence.text("nobody") is None


def test_adding_the_same_again_changes_nothing(bank: Bank) -> None:
    assert bank.add_units([unit(0)], [text(unit(0))]) == 0
    assert len(bank.evidence.units()) == 6


def test_a_newer_reading_is_laid_on_top(bank: Bank) -> None:
    newer = unit(0, polarity=Polarity.NEUTRAL, before=SeekerState(problem="read anew"))
    assert bank.add_units([newer], [text(newer)]) == 1
    assert bank.evidence.units(["d1#0"]) == [newer]
    assert bank.add_units([unit(0)], [text(unit(0))]) == 1
    assert bank.evidence.units(["d1#0"]) == [unit(0)]


def test_a_text_without_its_unit_is_refused_and_nothing_enters(bank: Bank) -> None:
    with pytest.raises(ValueError, match="text without its unit: d9#9"):
        bank.add_units([unit(7)], [text(unit(7)), UnitText(unit_id="d9#9", before="", action="", after="")])
    assert bank.evidence.units(["d1#7"]) == []


def test_erasing_a_dialogue_takes_its_words_and_leaves_labels_and_counts(bank: Bank) -> None:
    erasure = bank.erase("d1")
    assert (erasure.dialogue_id, erasure.texts, erasure.units) == ("d1", 3, 3)
    assert bank.evidence.text("d1#0") is None
    (bare,) = bank.evidence.units(["d1#0"])
    assert WORDS not in bare.model_dump_json()
    assert (bare.before.activity, bare.before.risk.tier, bare.polarity) == (
        Activity.VENTING,
        RiskTier.CONCERN,
        Polarity.CONSTRUCTIVE,
    )
    assert bank.evidence.erased() == {"d1"}
    assert bank.evidence.units(["d2#0"]) == [unit(0, "d2")]
    assert bank.verify() == []


def test_erased_words_do_not_come_back(bank: Bank) -> None:
    bank.erase("d1")
    assert bank.add_units([unit(0), unit(5)], [text(unit(0)), text(unit(5))]) == 1
    assert bank.evidence.text("d1#5") is None
    assert bank.evidence.units(["d1#5"])[0].before.problem == ""
    assert bank.erase("d1").texts == 0


def test_erasing_what_was_never_there_still_leaves_a_tombstone(bank: Bank) -> None:
    assert bank.erase("d9").units == 0
    bank.add_units([unit(0, "d9")], [text(unit(0, "d9"))])
    assert bank.evidence.text("d9#0") is None


def test_erased_words_are_gone_from_the_files(tmp_path: Path) -> None:
    with Bank.open(tmp_path) as bank:
        units = [unit(n) for n in range(50)]
        bank.add_units(units, map(text, units))
        assert any(WORDS.encode() in file.read_bytes() for file in tmp_path.iterdir())
        bank.erase("d1")
        assert not any(WORDS.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_the_units_behind_a_skill_are_found_for_and_against(bank: Bank) -> None:
    evidence = (
        Evidence(source=EvidenceSource.HUMAN, helped=1, harmed=1, units=("d1#0", "d2#2")),
        Evidence(source=EvidenceSource.HUMAN, helped=1, units=("d1#0",), group="others"),
    )
    bank.erase("d2")
    found = bank.units_of(starter()[0].model_copy(update={"evidence": evidence}))
    assert [(u.id, t is not None) for u, t in found] == [("d1#0", True), ("d2#2", False)]


def prototype(helped: int) -> Prototype:
    return Prototype.model_validate(
        {
            "id": "p-1",
            "activity": Activity.VENTING,
            "moves": (SupportMove.VALIDATE,),
            "units": ("d1#0",),
            "helped": helped,
            "harmed": 0,
            "interval": (0.2, 1.0),
            "effect": 0.1,
        }
    )


def test_prototypes_come_back_with_their_latest_count(bank: Bank) -> None:
    assert bank.add_prototypes([prototype(1)]) == 1
    assert bank.add_prototypes([prototype(1)]) == 0
    assert bank.add_prototypes([prototype(2)]) == 1
    assert bank.evidence.prototypes() == bank.evidence.prototypes(["p-1", "nobody"]) == [prototype(2)]
