"""`verify` finds what does not agree, wherever in the bank it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from skills_bank.bank import Bank
from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.errors import BankError
from skills_bank.journal import now
from skills_bank.schema import tombstones
from skills_bank.skill import Skill
from skills_bank.skill_md import starter


def skill(skill_id: str) -> Skill:
    return starter()[0].model_copy(update={"id": skill_id})


@pytest.fixture
def bank(location: str) -> Iterator[Bank]:
    with Bank.open(location) as opened:
        for name in ("alpha", "beta"):
            change = Change(
                id=f"add-{name}",
                kind=ChangeKind.ADD,
                claim=Claim.UPKEEP,
                skills=(skill(name),),
                author="test",
                reason="test",
            )
            opened.commit([change], expected_generation=opened.generation)
        assert opened.verify() == []
        yield opened


DAMAGE = {
    "UPDATE skill_versions SET body = replace(body, 'a', 'b') WHERE skill_id = 'alpha'": "alpha@1: its text is not",
    "UPDATE skill_versions SET content_hash = 'x' WHERE skill_id = 'alpha'": "alpha@1: its content hash",
    "DELETE FROM lives WHERE skill_id = 'alpha'": "generation 1: those who live are not those who were committed",
    "UPDATE lives SET generation = 1 WHERE skill_id = 'beta'": "generation 1: those who live",
    "UPDATE lives SET born = false WHERE skill_id = 'beta'": "beta@1 dies without having lived",
    "UPDATE changes SET body = '{}' WHERE change_id = 'add-beta'": "change add-beta of generation 2: cannot be read",
    "UPDATE generations SET content_hash = 'x' WHERE number = 2": "generation 2: those who live",
    "INSERT INTO vectors VALUES ('f', 'a', '1234'), ('f', 'b', '12345678')": "vectors of f: of different lengths",
}


@pytest.mark.parametrize("statement", DAMAGE)
def test_damage_is_found_and_named(bank: Bank, statement: str) -> None:
    with bank._journal.writing() as connection:
        connection.execute(sa.text(statement))
    found = bank.verify()
    assert any(DAMAGE[statement] in problem for problem in found), found
    assert all("\n" not in problem for problem in found)


def test_words_that_should_be_gone_are_found(bank: Bank) -> None:
    with bank._journal.writing() as connection:
        connection.execute(sa.text("INSERT INTO unit_texts VALUES ('d1#0', 'd1', '', '')"))
        connection.execute(tombstones.insert().values(dialogue_id="d1", erased_at=now(), texts=1))
    assert bank.verify() == ["dialogue d1: was erased, and some of its words are here"]


def test_a_page_that_was_overwritten_is_found(tmp_path: Path) -> None:
    with Bank.open(tmp_path) as bank:
        bank.commit(
            [
                Change(id="a", kind=ChangeKind.ADD, claim=Claim.UPKEEP, skills=(s,), author="test", reason="test")
                for s in starter()
            ],
            expected_generation=0,
        )
    file = tmp_path / "bank.db"
    whole = bytearray(file.read_bytes())
    middle = whole.index(b"applies")
    whole[middle : middle + 200] = bytes(200)
    file.write_bytes(whole)
    with Bank.open(tmp_path) as bank:
        assert any("its text is not the one" in problem or "database file" in problem for problem in bank.verify())
        with pytest.raises(BankError, match=r"cannot be read .* restore the bank from a copy"):
            bank.at()


def test_an_index_that_holds_other_vectors_is_found_and_mended(bank: Bank) -> None:
    bank.at().nearest("anything", 1)
    entry = next(iter(bank.at().texts))
    bank._index._collection.upsert(ids=[entry], embeddings=[[1.0] + [0.0] * 1023])
    assert any("1 of 2 entries hold another vector" in problem for problem in bank.verify())
    bank.rebuild_index()
    assert bank.verify() == []
