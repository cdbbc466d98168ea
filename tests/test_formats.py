"""Readers: every public format becomes the same dialogues; a bad record says where it is bad and what was expected."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conversation.dialogue import Dialogue, Outcome, Speaker, Turn
from conversation.formats import FORMATS, BadDialogue, UnknownFormat, own, read_dialogues

DATA = Path(__file__).parents[2] / "shared" / "data"


def official(**changes: Any) -> dict[str, Any]:
    record = {
        "emotion_type": "Sadness",
        "problem_type": "breakup with partner",
        "situation": "We parted in spring.",
        "survey_score": {
            "seeker": {
                "initial_emotion_intensity": "4",
                "final_emotion_intensity": "2",
                "empathy": "5",
                "relevance": 4,
            },
            "supporter": {"relevance": "0"},
        },
        "dialog": [
            {"speaker": "seeker", "annotation": {}, "content": "It still hurts.\n"},
            {"speaker": "supporter", "annotation": {"strategy": "Question"}, "content": "What hurts most?"},
            {"speaker": "seeker", "annotation": {"feedback": "4"}, "content": "The quiet  evenings."},
        ],
    }
    return record | changes


def failed() -> dict[str, Any]:
    names = {"seeker": "speaker", "supporter": "listener"}
    record = official()
    record["dialog"] = [turn | {"speaker": names[turn["speaker"]]} for turn in record["dialog"]]
    record["dialog"][1]["annotation"] = {"strategy": "Direct Guidance"}
    return record


def lines() -> dict[str, Any]:
    return official(
        dialog=[
            {"speaker": "usr", "text": "It still hurts."},
            {"speaker": "sys", "text": "What hurts most?", "strategy": "Question"},
            {"speaker": "usr", "text": "The quiet evenings.", "feedback": 4},
        ]
    )


def sage(points: float = 100) -> dict[str, Any]:
    return {
        "id": "p1",
        "emo_point": points,
        "player": "secret persona",
        "scene": "secret scene",
        "task": "secret intention",
        "topic": "分手之后",
        "history": [
            {"role": "user", "content": "最近很难过。", "emotion-point": 40},
            {"role": "assistant", "content": "听起来你很累。"},
            {"role": "user", "content": "是的\u2028谢谢你。", "thinking": "secret thought", "emotion-point": 100},
        ],
    }


def in_file(path: Path, *records: object, as_list: bool = False) -> Path:
    if as_list:
        path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "record", "outcome"),
    [
        ("esconv", official, Outcome.SUCCESS),
        ("failed-esconv", failed, Outcome.FAILED),
        ("esconv-lines", lines, Outcome.SUCCESS),
        ("sage", sage, Outcome.SUCCESS),
    ],
)
@pytest.mark.parametrize("as_list", [True, False])
def test_each_format_is_recognised_as_a_list_and_as_lines(
    tmp_path: Path, name: str, record: Callable[[], dict[str, Any]], outcome: Outcome, as_list: bool
) -> None:
    reading = read_dialogues(in_file(tmp_path / "f.json", record(), as_list=as_list))
    assert reading.format == name
    assert [dialogue.outcome for dialogue in reading.dialogues] == [outcome]
    assert [turn.speaker for turn in reading.dialogues[0].turns] == [Speaker.SEEKER, Speaker.SUPPORTER, Speaker.SEEKER]


def test_scores_written_as_text_become_numbers_and_the_supporters_own_scores_are_not_read(tmp_path: Path) -> None:
    (dialogue,) = read_dialogues(in_file(tmp_path / "f.json", official())).dialogues
    assert (dialogue.intensity_before, dialogue.intensity_after) == (4, 2)
    assert dialogue.ratings == {"empathy": 5, "relevance": 4}
    assert dialogue.turns[2].feedback == 4


def test_white_space_which_gives_failed_dialogues_away_is_normalised(tmp_path: Path) -> None:
    (dialogue,) = read_dialogues(in_file(tmp_path / "f.json", official())).dialogues
    assert [turn.text for turn in dialogue.turns] == ["It still hurts.", "What hurts most?", "The quiet evenings."]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Questions", ("Question",)),
        ("Approval and Reassurance", ("Affirmation and Reassurance",)),
        ("Direct Guidance", ("Providing Suggestions",)),
        ("Restatement", ("Restatement or Paraphrasing",)),
        ("Other", ("Others",)),
        ("[Self-disclosure]", ("Self-disclosure",)),
        (["Question", "Information", "Question"], ("Question", "Information")),
        (None, ()),
    ],
)
def test_strategies_of_all_copies_become_the_same_eight_names(tmp_path: Path, written: Any, read: Any) -> None:
    record = official()
    record["dialog"][1]["annotation"] = {"strategy": written}
    (dialogue,) = read_dialogues(in_file(tmp_path / "f.json", record)).dialogues
    assert dialogue.turns[1].strategies == read


def test_one_dialogue_keeps_its_id_in_another_file_another_place_and_another_copy(tmp_path: Path) -> None:
    first = read_dialogues(in_file(tmp_path / "a.json", official(), as_list=True)).dialogues[0]
    second = read_dialogues(in_file(tmp_path / "b.jsonl", official(situation="Another."), official())).dialogues
    copied = read_dialogues(in_file(tmp_path / "c.jsonl", lines())).dialogues[0]
    assert first.id == second[1].id == copied.id
    assert first.id != second[0].id


def test_wrapped_lines_are_unwrapped(tmp_path: Path) -> None:
    reading = read_dialogues(in_file(tmp_path / "f.jsonl", {"text": json.dumps(lines())}))
    assert reading.format == "esconv-lines"
    assert reading.dialogues[0].turns[0].text == "It still hurts."


def test_lines_are_not_cut_at_unicode_line_separators(tmp_path: Path) -> None:
    reading = read_dialogues(in_file(tmp_path / "f.jsonl", sage(), sage(50)))
    assert len(reading.dialogues) == 2
    assert reading.dialogues[0].turns[2].text == "是的 谢谢你。"


def test_nothing_that_is_hidden_in_a_sage_file_enters_a_dialogue(tmp_path: Path) -> None:
    (dialogue,) = read_dialogues(in_file(tmp_path / "f.jsonl", sage(9.5))).dialogues
    assert "secret" not in dialogue.model_dump_json()
    assert (dialogue.outcome, dialogue.locale) == (Outcome.FAILED, "zh")


def test_sage_outcomes_follow_its_bands(tmp_path: Path) -> None:
    read = read_dialogues(in_file(tmp_path / "f.jsonl", sage(100), sage(99), sage(10), sage(9))).dialogues
    unknown = Outcome.UNKNOWN
    assert [dialogue.outcome for dialogue in read] == [Outcome.SUCCESS, unknown, unknown, Outcome.FAILED]


def test_our_own_format_comes_back_as_it_was_written(tmp_path: Path) -> None:
    dialogue = Dialogue(
        id="mine-1",
        source="mine",
        licence="Apache-2.0",
        situation="A move to a new town.",
        turns=(
            Turn(speaker=Speaker.SEEKER, text="I know nobody here."),
            Turn(speaker=Speaker.SUPPORTER, text="That sounds lonely.", strategies=("Reflection of feelings",)),
        ),
        outcome=Outcome.UNKNOWN,
        intensity_before=4,
    )
    own.write(tmp_path / "f.jsonl", [dialogue])
    reading = read_dialogues(tmp_path / "f.jsonl")
    assert (reading.format, reading.dialogues) == ("own", (dialogue,))


def bad_score() -> dict[str, Any]:
    return official(survey_score={"seeker": {"initial_emotion_intensity": "9"}})


def bad_speaker() -> dict[str, Any]:
    record = official()
    record["dialog"][2]["speaker"] = "moderator"
    return record


def bad_strategy() -> dict[str, Any]:
    record = official()
    record["dialog"][1]["annotation"] = {"strategy": "Shouting"}
    return record


@pytest.mark.parametrize(
    ("record", "field", "expected"),
    [
        (bad_score, "survey_score.seeker.initial_emotion_intensity", "1 to 5, got '9'"),
        (bad_speaker, "dialog[2].speaker", "'seeker' or 'supporter', got 'moderator'"),
        (bad_strategy, "dialog[1].annotation.strategy", "got 'Shouting'"),
        (lambda: official(dialog=[]), "dialog", "at least one entry"),
        (lambda: official(situation=3), "situation", "text, got a number"),
    ],
)
def test_a_bad_record_is_one_line_with_file_record_field_and_expectation(
    tmp_path: Path, record: Callable[[], dict[str, Any]], field: str, expected: str
) -> None:
    path = in_file(tmp_path / "f.jsonl", official(), record())
    with pytest.raises(BadDialogue) as caught:
        read_dialogues(path)
    assert str(caught.value).startswith(f"{path}, record 2, field '{field}': expected ")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bad_records_are_skipped_and_counted_when_asked(tmp_path: Path) -> None:
    path = in_file(tmp_path / "f.jsonl", bad_score(), official(), "no object", bad_speaker())
    path.write_text(path.read_text() + "{half a record\n")
    reading = read_dialogues(path, skip_bad=True)
    assert len(reading.dialogues) == 1
    assert [bad.record for bad in reading.refused] == [1, 3, 4, 5]
    assert reading.refused[-1].field == "line"


def test_a_bad_record_of_our_own_format_names_its_field(tmp_path: Path) -> None:
    line = {"id": "x", "source": "s", "licence": "MIT", "turns": [{"speaker": "seeker", "text": "a", "mood": 3}]}
    with pytest.raises(BadDialogue, match=r"turns\[0\]\.mood"):
        read_dialogues(in_file(tmp_path / "f.jsonl", line))


def test_a_file_of_no_known_format_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="--format"):
        read_dialogues(in_file(tmp_path / "f.json", {"hello": "world"}))


def test_an_unknown_name_of_a_format_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="failed-esconv"):
        read_dialogues(in_file(tmp_path / "f.json", official()), format="csv")


def test_a_named_format_is_taken_at_its_word(tmp_path: Path) -> None:
    with pytest.raises(BadDialogue, match="'speaker' or 'listener'"):
        read_dialogues(in_file(tmp_path / "f.json", official()), format="failed-esconv")


@pytest.mark.parametrize("content", [b"", b"[{", b"\xff\xfe\x00"])
def test_a_file_that_is_no_json_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(content)
    with pytest.raises(BadDialogue, match=r"f\.json, field"):
        read_dialogues(path, format="esconv", skip_bad=True)


@pytest.mark.parametrize(
    ("file", "name", "count", "outcome"),
    [
        ("esconv/ESConv.train.json", "esconv", 910, Outcome.SUCCESS),
        ("esconv/FailedESConv.json", "failed-esconv", 196, Outcome.FAILED),
        ("sage/gpt-4.1_result.jsonl", "sage", 100, None),
    ],
)
def test_the_public_sets_are_read_whole(file: str, name: str, count: int, outcome: Outcome | None) -> None:
    path = DATA / file
    if not path.exists():
        pytest.skip(f"needs {file} beside the project")
    reading = read_dialogues(path)
    assert (reading.format, len(reading.dialogues), len(reading.refused)) == (name, count, 0)
    assert len({dialogue.id for dialogue in reading.dialogues}) == count
    assert outcome is None or {dialogue.outcome for dialogue in reading.dialogues} == {outcome}


def test_every_format_has_a_name_that_the_command_line_can_take() -> None:
    assert list(FORMATS) == ["esconv", "failed-esconv", "esconv-lines", "sage", "episodes", "own"]


def test_the_example_in_the_documentation_can_be_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    (tmp_path / "f.jsonl").write_text(page.split("```json\n")[1].split("```")[0], encoding="utf-8")
    reading = read_dialogues(tmp_path / "f.jsonl")
    assert reading.format == "own"
    assert reading.dialogues[0].turns[2].feedback == 5
    assert all(f"`{name}`" in page for name in FORMATS)
    assert all(f"`{name}`" in page for name in (*Dialogue.model_fields, *Turn.model_fields))
