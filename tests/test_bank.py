"""The bank keeps every version, lets one writer win, and shows each reader one whole generation."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from skills_bank.bank import (
    Bank,
    BankError,
    Conflict,
    NoBank,
    UnknownGeneration,
    UnknownSkill,
)
from skills_bank.change import Change, ChangeKind
from skills_bank.skill import Status
from tests.made_banks import add, change, skill


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A bank of three skills in memory, for what is the same wherever a bank is kept."""
    with Bank.open(":memory:") as opened:
        opened.commit(add(skill("alpha"), skill("beta"), skill("gamma")), expected_generation=0)
        yield opened


@pytest.fixture
def kept(location: str) -> Iterator[Bank]:
    """The same bank on disk, and in PostgreSQL."""
    with Bank.open(location) as opened:
        opened.commit(add(skill("alpha"), skill("beta"), skill("gamma")), expected_generation=0)
        yield opened


def living(bank: Bank, generation: int | None = None) -> list[str]:
    return [s.ref for s in bank.at(generation).skills()]


def test_a_new_bank_is_empty_at_generation_0(location: str) -> None:
    with Bank.open(location) as bank:
        assert (bank.generation, living(bank), bank.verify()) == (0, [], [])


def test_a_commit_makes_the_next_generation_and_leaves_the_old_one_readable(kept: Bank) -> None:
    before = kept.at()
    assert kept.commit(add(skill("delta")), expected_generation=1) == 2
    assert living(kept) == ["alpha@1", "beta@1", "delta@1", "gamma@1"]
    assert [s.ref for s in before.skills()] == living(kept, 1) == ["alpha@1", "beta@1", "gamma@1"]
    assert living(kept, 0) == []


def test_what_was_committed_is_read_back_exactly(kept: Bank) -> None:
    stored = kept.at().skill("beta")
    assert stored.model_copy(update={"lineage": skill("beta").lineage}) == skill("beta")
    assert stored.lineage.change == "add-beta"


def test_a_revision_is_the_next_version_and_knows_its_parent(bank: Bank) -> None:
    bank.commit([change(ChangeKind.REVISE, ("beta",), skill("beta", title="Another title"))], expected_generation=1)
    revised = bank.at().skill("beta")
    assert (revised.version, revised.title) == (2, "Another title")
    assert revised.lineage.parents == ("beta@1",)
    assert (revised.lineage.change, revised.lineage.run, revised.lineage.author) == ("revise-beta", "run-1", "test")


def test_merge_split_and_retire_end_the_lives_of_their_targets(bank: Bank) -> None:
    bank.commit([change(ChangeKind.MERGE, ("alpha", "beta"), skill("alpha"))], expected_generation=1)
    assert living(bank) == ["alpha@2", "gamma@1"]
    bank.commit([change(ChangeKind.SPLIT, ("gamma",), skill("left"), skill("right"))], expected_generation=2)
    assert living(bank) == ["alpha@2", "left@1", "right@1"]
    bank.commit([change(ChangeKind.RETIRE, ("left",))], expected_generation=3)
    assert living(bank) == ["alpha@2", "right@1"]
    assert bank.at().skill("right").lineage.parents == ("gamma@1",)
    assert bank.verify() == []


def test_a_skill_may_come_change_and_go_within_one_commit(bank: Bank) -> None:
    bank.commit(
        [
            *add(skill("delta"), skill("passing")),
            change(ChangeKind.REVISE, ("delta",), skill("delta", title="Better at once")),
            change(ChangeKind.RETIRE, ("passing",)),
        ],
        expected_generation=1,
    )
    assert living(bank) == ["alpha@1", "beta@1", "delta@2", "gamma@1"]
    assert bank.verify() == []
    bank.commit(add(skill("passing")), expected_generation=2)
    assert bank.at().skill("passing").ref == "passing@2"


def test_a_version_number_is_never_used_twice(bank: Bank) -> None:
    bank.commit([change(ChangeKind.REVISE, ("beta",), skill("beta"))], expected_generation=1)
    bank.rollback(1)
    bank.commit([change(ChangeKind.REVISE, ("beta",), skill("beta", title="Third"))], expected_generation=3)
    assert bank.at().skill("beta").ref == "beta@3"
    bank.commit([change(ChangeKind.RETIRE, ("alpha",))], expected_generation=4)
    bank.commit(add(skill("alpha")), expected_generation=5)
    assert bank.at().skill("alpha").ref == "alpha@2"


def test_a_stale_writer_loses_and_leaves_nothing(kept: Bank) -> None:
    kept.commit(add(skill("delta")), expected_generation=1)
    with pytest.raises(Conflict, match=r"generation 2.*made for 1"):
        kept.commit(add(skill("epsilon")), expected_generation=1)
    assert (kept.generation, "epsilon" in kept.at()) == (2, False)
    with pytest.raises(UnknownSkill):
        kept.history("epsilon")


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ([*add(skill("new")), change(ChangeKind.RETIRE, ("nobody",))], UnknownSkill, "'nobody', which does not live"),
        ([*add(skill("new")), *add(skill("beta"))], BankError, "'beta', which lives already"),
        (add(skill("new", status=Status.RETIRED)), BankError, "use a 'retire' change"),
        ([], BankError, "nothing to commit"),
    ],
)
def test_a_commit_that_cannot_be_made_leaves_nothing(
    kept: Bank, changes: list[Change], error: type[BankError], says: str
) -> None:
    with pytest.raises(error, match=says):
        kept.commit(changes, expected_generation=1)
    assert (kept.generation, living(kept)) == (1, ["alpha@1", "beta@1", "gamma@1"])
    assert kept.verify() == []


def test_a_preview_is_the_bank_as_it_would_be(kept: Bank) -> None:
    changes = [change(ChangeKind.REVISE, ("beta",), skill("beta", title="Better")), *add(skill("delta"))]
    preview = kept.preview(changes)
    assert (preview.is_preview, preview.generation, kept.generation) == (True, 1, 1)
    assert preview.skill("delta").status is Status.CANDIDATE
    kept.commit(changes, expected_generation=1)
    committed = kept.at()
    assert [s.ref for s in preview.skills()] == [s.ref for s in committed.skills()]
    assert preview.content_hash == committed.content_hash != kept.at(1).content_hash
    assert committed.skill("delta").status is Status.ACTIVE


def test_a_preview_can_stand_on_a_preview(bank: Bank) -> None:
    first = bank.preview([change(ChangeKind.REVISE, ("beta",), skill("beta", title="Once"))])
    second = bank.preview([change(ChangeKind.REVISE, ("beta",), skill("beta", title="Twice"))], base=first)
    assert [first.skill("beta").version, second.skill("beta").version] == [2, 3]
    assert bank.at().skill("beta").version == 1


def test_the_content_hash_knows_contents_and_not_who_wrote_them_or_when(bank: Bank) -> None:
    with Bank.open(":memory:") as other:
        for name in ("gamma", "alpha", "beta"):
            other.commit(add(skill(name)), expected_generation=other.generation, note="one by one")
        assert other.at().content_hash == bank.at().content_hash
        other.commit([change(ChangeKind.RETIRE, ("beta",))], expected_generation=3)
        assert other.at().content_hash != bank.at().content_hash


def test_a_rollback_is_a_commit_and_loses_no_history(kept: Bank) -> None:
    then = kept.at().content_hash
    kept.commit([change(ChangeKind.REVISE, ("beta",), skill("beta", title="Worse"))], expected_generation=1)
    kept.commit([change(ChangeKind.RETIRE, ("alpha",)), *add(skill("delta"))], expected_generation=2)
    assert kept.rollback(1) == 4
    assert living(kept) == ["alpha@1", "beta@1", "gamma@1"]
    assert kept.at().content_hash == then
    assert living(kept, 3) == ["beta@2", "delta@1", "gamma@1"]
    told = [(life.skill.version, life.born, life.died) for life in kept.history("beta")]
    assert told == [(1, 1, 2), (2, 2, 4), (1, 4, None)]
    assert "rollback to generation 1" in kept.history("beta")[-1].reason
    assert kept.verify() == []
    with pytest.raises(UnknownGeneration, match="0 to 4, not 9"):
        kept.rollback(9)
    with pytest.raises(Conflict):
        kept.rollback(1, expected_generation=3)


def test_history_tells_who_changed_a_skill_and_why(bank: Bank) -> None:
    bank.commit([change(ChangeKind.REVISE, ("beta",), skill("beta"))], expected_generation=1)
    bank.commit([change(ChangeKind.RETIRE, ("beta",))], expected_generation=2)
    first, second = bank.history("beta")
    assert (first.born, first.died, first.change, first.reason) == (1, 2, "add-beta", "add beta")
    assert (second.born, second.died, second.run, second.reason) == (2, 3, "run-1", "revise for a test")
    with pytest.raises(UnknownSkill, match="never had a skill 'nobody'"):
        bank.history("nobody")


def test_diff_names_what_came_went_and_changed(bank: Bank) -> None:
    bank.commit(
        [
            change(ChangeKind.REVISE, ("beta",), skill("beta")),
            change(ChangeKind.RETIRE, ("alpha",)),
            *add(skill("delta")),
        ],
        expected_generation=1,
    )
    there, back = bank.diff(1, 2), bank.diff(2, 1)
    assert (there.added, there.removed, there.revised) == (("delta",), ("alpha",), (("beta", 1, 2),))
    assert (back.added, back.removed, back.revised) == (("alpha",), ("delta",), (("beta", 2, 1),))


def test_the_log_keeps_changes_and_verdicts_of_every_commit(kept: Bank) -> None:
    kept.commit(add(skill("delta")), expected_generation=1, verdicts=[{"outcome": "accepted"}], note="first round")
    newest, *_ = log = kept.commits()
    assert [commit.generation for commit in log] == [2, 1, 0]
    assert (newest.note, newest.verdicts, newest.changes) == (
        "first round",
        ({"outcome": "accepted"},),
        tuple(add(skill("delta"))),
    )
    assert newest.content_hash == kept.at().content_hash
    assert [commit.generation for commit in kept.commits(newest=1)] == [2]


def test_one_generation_is_one_view(bank: Bank) -> None:
    assert bank.at() is bank.at(1) is bank.at()


@pytest.mark.parametrize("generation", [-1, 2])
def test_an_unknown_generation_is_refused(bank: Bank, generation: int) -> None:
    with pytest.raises(UnknownGeneration, match=f"0 to 1, not {generation}"):
        bank.at(generation)


def test_an_unknown_skill_is_named(bank: Bank) -> None:
    with pytest.raises(UnknownSkill, match=r"^no skill 'nobody' lives at generation 1$"):
        bank.at().skill("nobody")


def test_threads_that_commit_all_land_and_readers_see_whole_generations(location: str) -> None:
    whole: set[int] = set()
    with Bank.open(location) as bank:
        bank.commit(add(skill("left"), skill("right")), expected_generation=0)

        def write(name: str) -> None:
            done = 0
            while done < 5:
                head = bank.generation
                pair = [
                    change(
                        ChangeKind.REVISE, (side,), skill(side, title=f"{name} {done}"), change_id=f"{name}{done}{side}"
                    )
                    for side in ("left", "right")
                ]
                try:
                    bank.commit(pair, expected_generation=head)
                    done += 1
                except Conflict:
                    continue

        def read() -> None:
            for _ in range(40):
                view = bank.at()
                assert view.skill("left").title == view.skill("right").title
                assert view.skill("left").version == view.skill("right").version
                assert len(view.nearest("anything", 2)) == 2
                whole.add(view.generation)

        failures: list[BaseException] = []

        def guarded(work: object, *given: object) -> None:
            try:
                work(*given)  # type: ignore[operator]
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=guarded, args=(write, f"writer-{n}")) for n in range(3)]
        threads += [threading.Thread(target=guarded, args=(read,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert bank.generation == 16
        assert bank.verify() == []
    assert whole


def test_a_bank_on_disk_is_there_again_with_its_name(tmp_path: Path) -> None:
    with Bank.open(tmp_path / "bank") as bank:
        bank.commit(add(skill("alpha")), expected_generation=0)
        name = bank.id
    with Bank.open(tmp_path / "bank", create=False) as bank:
        assert (bank.id, living(bank)) == (name, ["alpha@1"])


def test_a_bank_that_is_not_there_is_not_made_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NoBank, match="no bank at"):
        Bank.open(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_the_embedder_is_remembered_and_a_change_of_it_is_said_and_mixes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from skills_bank.embedding import HashingEmbedder

    small = HashingEmbedder(64)
    with Bank.open(tmp_path, embedder=small) as bank:
        bank.commit(add(skill("alpha"), skill("beta")), expected_generation=0)
        assert bank.at().embedder == small.fingerprint
        bank.at().nearest("anything", 2)
    assert caplog.messages == []
    with Bank.open(tmp_path, embedder="hashing") as bank:
        assert [m for m in caplog.messages if small.fingerprint in m and "embedded anew" in m]
        assert len(bank.at().nearest("anything", 2)) == 2
    with Bank.open(tmp_path) as bank:
        assert bank.fingerprint == HashingEmbedder().fingerprint
        assert bank.verify() == []
    assert len(caplog.messages) == 1


def test_banks_on_one_chroma_server_find_their_own_and_outlive_its_loss(
    tmp_path: Path, chroma_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        Bank.open(tmp_path / "a", index=chroma_url) as first,
        Bank.open(tmp_path / "b", index=chroma_url) as second,
    ):
        first.commit(add(skill("alpha"), skill("beta")), expected_generation=0)
        second.commit(add(skill("gamma")), expected_generation=0)
        assert {s.id for s, _ in first.at().nearest("anything", 9)} == {"alpha", "beta"}
        assert {s.id for s, _ in second.at().nearest("anything", 9)} == {"gamma"}
        first._index._client.delete_collection(first._index._name)
        assert {s.id for s, _ in first.at().nearest("anything", 9)} == {"alpha", "beta"}
        assert len(caplog.messages) == 1
        assert (first.verify(), second.verify()) == ([], [])


def test_an_index_that_cannot_be_is_refused_when_the_bank_is_opened(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="'memory' or the URL of a Chroma server"):
        Bank.open(tmp_path, index="somewhere")


def test_the_public_face_of_the_package_is_there_and_costs_nothing_to_import() -> None:
    import subprocess
    import sys

    import skills_bank

    assert skills_bank.Bank is Bank
    assert all(getattr(skills_bank, name) is not None for name in skills_bank.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Bonk'"):
        skills_bank.Bonk  # noqa: B018
    heavy = (
        "import sys, skills_bank, skills_bank.bank, skills_bank.retrieval\n"
        "print('chromadb' in sys.modules, 'alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
