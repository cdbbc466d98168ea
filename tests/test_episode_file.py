"""A file of episodes loses none, takes in none of another run's, and ends in the run's own order."""

import os
from pathlib import Path

import pytest

from conversation.episode import End, Episode, EpisodeKey, EpisodeTurn
from conversation.seeker import RiskTier
from esc_skills.episode_file import EpisodeFile
from esc_skills.errors import Usage
from skills_bank.ledger import key_hash


def key(seed: int, **fields: object) -> EpisodeKey:
    given = {"profile_id": "ana", "profile_hash": "p", "turn_limit": 1, "bank_hash": "b", "retrieval": "r"}
    return EpisodeKey.model_validate({**given, "models": {}, "prompts": "q", "engine": "e", "seed": seed, **fields})


def episode(seed: int, end: End = End.TURN_LIMIT, **fields: object) -> Episode:
    turn = EpisodeTurn(
        seeker="one\u2028two", tier=RiskTier.NONE, state=None, reply="I hear you.", used=None, emotion=45
    )
    error = "no answer" if end is End.ERROR else ""
    return Episode(key=key(seed, **fields), stage="simulate", turns=(turn,), end=end, error=error)


WANTED = {key_hash(key(seed)): key(seed) for seed in range(4)}


def written(path: Path, *episodes: Episode) -> bytes:
    file = EpisodeFile(path, WANTED, resume=True)
    for each in episodes:
        file.add(each)
    file.close()
    return path.read_bytes()


def test_each_line_is_there_at_once_and_the_end_puts_them_in_order(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    file = EpisodeFile(path, WANTED, resume=False)
    file.add(episode(1))
    assert path.read_bytes().count(b"\n") == 1, "out of this process before the next one ends"
    file.add(episode(0))
    file.finish([episode(0), episode(1)])
    file.close()
    assert [Episode.model_validate_json(line) for line in path.read_bytes().split(b"\n")[:-1]] == [
        episode(0),
        episode(1),
    ]
    assert os.listdir(tmp_path) == ["e.jsonl"]


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    before = written(tmp_path / "e.jsonl", episode(0))
    with pytest.raises(Usage, match="exists already; go on from it with --resume"):
        EpisodeFile(tmp_path / "e.jsonl", WANTED, resume=False)
    assert (tmp_path / "e.jsonl").read_bytes() == before


def test_what_stands_whole_is_known_and_a_failed_one_is_not(tmp_path: Path) -> None:
    written(tmp_path / "e.jsonl", episode(2), episode(3, End.ERROR), episode(0, End.ERROR), episode(0))
    file = EpisodeFile(tmp_path / "e.jsonl", WANTED, resume=True)
    file.close()
    assert file.standing == {key_hash(key(seed)): episode(seed) for seed in (2, 0)}
    assert not file.cut


@pytest.mark.parametrize("left", [1, 2, 200])
def test_a_half_written_last_line_is_cut_off_wherever_it_breaks(left: int, tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    whole = written(path, episode(0))
    path.write_bytes(whole + written(path, episode(1))[len(whole) : -left])
    file = EpisodeFile(path, WANTED, resume=True)
    assert (file.cut, list(file.standing)) == (True, [key_hash(key(0))])
    file.add(episode(2))
    file.close()
    assert path.read_bytes() == whole + episode(2).model_dump_json().encode() + b"\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (episode(1, engine="f", bank_hash="c"), r"line 2 .*another run \(seeker 'ana', seed 1\).*bank_hash and engine"),
        (episode(9), r"line 2 is an episode that this run does not play \(seeker 'ana', seed 9\)"),
        (episode(1).model_copy(update={"stage": "audit"}), r"line 2 .*another kind of run \('audit'\)"),
        ("{}", "line 2 is no episode"),
        ("", "line 2 is no episode"),
    ],
)
def test_a_line_that_is_none_of_this_run_is_refused_and_stays(line: Episode | str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    written(path, episode(0))
    text = line if isinstance(line, str) else line.model_dump_json()
    path.write_bytes(path.read_bytes() + text.encode() + b"\n")
    before = path.read_bytes()
    with pytest.raises(Usage, match=told):
        EpisodeFile(path, WANTED, resume=True)
    assert path.read_bytes() == before


def test_two_runs_do_not_write_to_one_file(tmp_path: Path) -> None:
    first = EpisodeFile(tmp_path / "e.jsonl", WANTED, resume=False)
    with pytest.raises(Usage, match="another run is writing to it"):
        EpisodeFile(tmp_path / "e.jsonl", WANTED, resume=True)
    first.close()
    EpisodeFile(tmp_path / "e.jsonl", WANTED, resume=True).close()
