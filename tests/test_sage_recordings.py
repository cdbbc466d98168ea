"""Recorded SAGE conversations: published figures, episodes that guess nothing, ours in their format and back."""

import json
from pathlib import Path
from typing import Any

import pytest

from conversation.episode import RECORDED, Appraisal, End, Episode
from conversation.formats import read_dialogues
from conversation.formats.record import BadDialogue, FieldError
from conversation.formats.sage_episode import episode_of, record_of
from conversation.formats.sage_labels import CHARACTERS, TASKS
from conversation.formats.sage_talk import SageTalk, read_talks
from conversation.profile import Character, Intention
from conversation.profiles import authored
from evaluation.leaderboard import paired, standing, supporter
from graphs.context import Context
from graphs.simulation import Job, play_one
from nodes.diagnosis import question_of
from nodes.failure_analyst import AnalystQuestion
from nodes.recorded import with_tiers

DATA = Path(__file__).parents[2] / "shared" / "data" / "sage"
TASK = "你希望对方用心倾听你的情绪宣泄"


def planning(change: int, **texts: str) -> dict[str, Any]:
    plain = {
        "activity": "心理活动]\n他听进去了。这正合她的隐藏主题。心里轻了一点。",
        "TargetCompletion": "人物对话目的是否达到]\n达到了。",
        "content": "NPC想要表达的内容]\n他想听我说。",
        "analyse": "人物对NPC回复的感受]\n林小雨对NPC的回复感到被理解，因为她的隐藏目的达到了。",
    }
    return {**plain, **texts, "change": change}


def record(*points: int, last_reply_judged: bool = False, **changes: Any) -> dict[str, Any]:
    """A talk whose seeker messages have these emotion points, 40 first."""
    history: list[dict[str, Any]] = []
    for index, now in enumerate(points):
        message: dict[str, Any] = {"role": "user", "content": f"第{index}句。", "emotion-point": now}
        if index:
            message |= {"thinking": "…", "planning": planning(now - points[index - 1])}
        history += [message, {"role": "assistant", "content": f"回答{index}。"}]
    if last_reply_judged:
        history.pop()
    made = {
        "id": "p1",
        "emo_point": points[-1],
        "player": "* 姓名：林小雨",
        "scene": "场景",
        "character": "被动型",
        "topic": "分手之后",
        "task": TASK,
        "history": history,
    }
    return made | changes


def talks_of(path: Path, *records: object) -> tuple[SageTalk, ...]:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return read_talks(path)[0]


def talk_of(path: Path, made: dict[str, Any]) -> SageTalk:
    return talks_of(path / "f.jsonl", made)[0]


def public(name: str) -> tuple[SageTalk, ...]:
    path = DATA / f"{name}_result.jsonl"
    if not path.exists():
        pytest.skip(f"needs sage/{path.name} beside the project")
    return read_talks(path)[0]


@pytest.mark.parametrize(
    ("name", "score", "success", "failure"), [("gpt-4.1", 68.2, 35, 13), ("qwen2.5-72b", 19.1, 4, 70)]
)
def test_the_published_figures_come_out(name: str, score: float, success: int, failure: int) -> None:
    found = standing(public(name))
    assert found.conversations == 100
    assert abs(found.score - score) <= 0.051
    assert (round(found.success * 100), round(found.failure * 100)) == (success, failure)
    assert found.error is not None
    assert 3 <= found.error <= 4


def test_the_two_recordings_paired_by_seeker_have_the_known_correlation_and_spread() -> None:
    (pair,) = paired([("qwen", public("qwen2.5-72b")), ("gpt", public("gpt-4.1"))])
    assert pair.seekers == 100
    assert pair.mean == pytest.approx(49.05)
    assert pair.correlation == pytest.approx(0.18, abs=0.005)
    assert pair.deviation == pytest.approx(43, abs=0.5)
    assert pair.interval is not None
    assert pair.interval[0] > 40


def test_every_public_record_is_an_episode_whose_points_and_changes_agree() -> None:
    for name, unjudged in (("gpt-4.1", 52), ("qwen2.5-72b", 25)):
        talks = public(name)
        assert not [d for talk in talks for d in talk.disagreements]
        episodes = [episode_of(talk, supporter=name) for talk in talks]
        assert len({e.key.model_dump_json() for e in episodes}) == 100
        assert all(e.scored for e in episodes)
        assert [e.final_emotion for e in episodes] == [talk.final for talk in talks]
        assert sum(e.recorded_emotion is not None for e in episodes) == unjudged
        for episode in episodes:
            told = [t.appraisal for t in episode.turns if t.appraisal]
            assert all(a.meant and a.hidden_fit and a.feeling for a in told)


def test_every_label_of_the_public_files_is_one_of_the_table() -> None:
    assert {t.intention for t in public("gpt-4.1")} == set(TASKS.values()) == set(Intention)
    assert set(CHARACTERS.values()) == set(Character)


def test_a_last_reply_that_nobody_answered_has_no_appraisal_and_the_recorded_emotion_stands(tmp_path: Path) -> None:
    episode = episode_of(talk_of(tmp_path, record(40, 45)), supporter="x")
    assert (episode.turns[-1].appraisal, episode.turns[-1].emotion) == (None, None)
    assert (episode.final_emotion, episode.scored, episode.end) == (45, True, End.TURN_LIMIT)
    assert episode.emotions == [40, 45]
    assert (episode.stage, episode.key.place) == (RECORDED, "zh/")
    assert "not recorded" in episode.key.models["sage_judge"]


def test_the_message_after_the_last_reply_is_kept(tmp_path: Path) -> None:
    episode = episode_of(talk_of(tmp_path, record(40, 35, last_reply_judged=True)), supporter="x")
    assert (episode.closing, episode.recorded_emotion, episode.final_emotion) == ("第1句。", None, 35)
    assert episode.end is End.GOODBYE
    assert episode.transcript[-1].text == "第1句。"


def test_only_a_recording_may_have_a_final_emotion_from_outside(tmp_path: Path) -> None:
    episode = episode_of(talk_of(tmp_path, record(40, 45)), supporter="x")
    with pytest.raises(ValueError, match="recorded episode"):
        Episode.model_validate({**episode.model_dump(), "stage": "simulate"})
    with pytest.raises(ValueError, match="recorded episode"):
        Episode.model_validate({**episode.model_dump(), "turns": episode.model_dump()["turns"][:1]})


def test_the_hidden_intention_is_in_no_part_of_the_episode_that_an_analyst_reads(tmp_path: Path) -> None:
    episode = episode_of(talk_of(tmp_path, record(40, 45)), supporter="x")
    text = episode.model_dump_json()
    assert TASK not in text
    assert "场景" not in text
    question = question_of(episode, "e", ())
    assert isinstance(question, AnalystQuestion)
    assert "隐藏" not in question.model_dump_json()
    assert [(turn.monologue, turn.feeling) for turn in question.turns] == [("他听进去了。心里轻了一点。", "被理解")]


def test_points_win_over_a_flipped_sign_and_the_disagreement_is_told(tmp_path: Path) -> None:
    made = record(40, 35, last_reply_judged=True)
    made["history"][2]["planning"] = planning(10, analyse="她感到失望。\nChange:\n[人物的emotion变化]\nfrom 40 to 35")
    talk = talk_of(tmp_path, made)
    assert [d.split(":")[1].strip() for d in talk.disagreements] == [
        "the points moved by -5, planning.change says +10",
        "planning.change is +10, its text says -5",
    ]
    appraisal = episode_of(talk, supporter="x").turns[0].appraisal
    assert appraisal is not None
    assert (appraisal.change, appraisal.feeling) == (-5, "失望")


def test_a_change_that_the_end_of_the_scale_cut_off_is_no_disagreement(tmp_path: Path) -> None:
    made = record(40, 50, 60, 70, 80, 90, 95, 100, last_reply_judged=True)
    made["history"][-1]["planning"]["change"] = 10
    talk = talk_of(tmp_path, made)
    assert talk.disagreements == ()
    last = episode_of(talk, supporter="x").turns[-1].appraisal
    assert last is not None
    assert last.change == 10


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"task": "你想要钱"}, "task"),
        ({"character": "乐观型"}, "character"),
        ({"emo_point": "high"}, "emo_point"),
        ({"id": ""}, "id"),
        ({"history": [{"role": "assistant", "content": "你好"}]}, r"history\[0\].role"),
        ({"history": []}, "history"),
    ],
)
def test_a_bad_record_is_named(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadDialogue, match=rf"f\.jsonl, record 2, field '{field}'"):
        talks_of(tmp_path / "f.jsonl", record(40, 45), record(40, 45, **changes))


def test_bad_records_are_skipped_and_counted_when_asked(tmp_path: Path) -> None:
    (tmp_path / "f.jsonl").write_text(json.dumps(record(40, 45)) + "\n{half\n")
    talks, refused = read_talks(tmp_path / "f.jsonl", skip_bad=True)
    assert (len(talks), [bad.record for bad in refused]) == (1, [2])


def test_points_of_another_scale_make_no_episode(tmp_path: Path) -> None:
    with pytest.raises(FieldError, match="where SAGE starts"):
        episode_of(talk_of(tmp_path, record(30, 35)), supporter="x")
    with pytest.raises(FieldError, match="at most 10"):
        episode_of(talk_of(tmp_path, record(40, 70)), supporter="x")


def test_lines_are_cut_at_line_feeds_alone(tmp_path: Path) -> None:
    made = record(40, 45)
    made["history"][0]["content"] = "一\u2028二"
    assert talk_of(tmp_path, made).exchanges[0].seeker == "一\u2028二"


def test_risk_in_a_recording_is_read_by_the_rules(tmp_path: Path) -> None:
    made = record(40, 45)
    made["history"][2]["content"] = "我不想活了。"
    tiers = [turn.tier.value for turn in with_tiers(episode_of(talk_of(tmp_path, made), supporter="x")).turns]
    assert tiers[0] == "none"
    assert tiers[1] != "none"


def test_seekers_met_twice_count_once_in_a_pair(tmp_path: Path) -> None:
    first = talks_of(tmp_path / "a.jsonl", record(40, 50), record(40, 30), record(40, 60, id="only here", emo_point=60))
    second = talks_of(tmp_path / "b.jsonl", record(40, 45))
    (pair,) = paired([("a", first), ("b", second)])
    assert (pair.seekers, pair.mean, pair.interval, pair.correlation) == (1, 5, None, None)
    assert paired([("a", first[2:]), ("b", second)]) == ()
    assert supporter("a", first).by_intention.keys() == {"attentive_listening_to_venting"}


def test_ours_come_back_from_sages_format_as_they_were(tmp_path: Path) -> None:

    for seeker in authored()[:3]:
        episode = play_one(Job(profile=seeker, seed=1, context=Context(turn_limit=4)))
        written = record_of(episode, seeker)
        talk = talk_of(tmp_path, written)
        assert talk.disagreements == ()
        assert (talk.intention, talk.character, talk.final) == (
            seeker.intention,
            seeker.character,
            episode.final_emotion,
        )
        back = episode_of(talk, supporter="us")
        assert (back.end, back.final_emotion, back.emotions) == (episode.end, episode.final_emotion, episode.emotions)
        assert [(t.seeker, t.reply, t.appraisal) for t in back.turns] == [
            (t.seeker.strip(), t.reply.strip(), _cleaned(t.appraisal)) for t in episode.turns
        ]
        assert episode_of(talk_of(tmp_path, record_of(back, seeker)), supporter="us") == back


def _cleaned(appraisal: Appraisal | None) -> Appraisal | None:
    if appraisal is None:
        return None
    texts = {k: " ".join(v.split()) for k, v in appraisal.model_dump().items() if isinstance(v, str)}
    return appraisal.model_copy(update=texts)


def test_an_unscored_episode_is_not_written(tmp_path: Path) -> None:

    episode = play_one(Job(profile=authored()[0], seed=1, context=Context(turn_limit=1)))
    failed = episode.model_copy(update={"end": End.ERROR})
    with pytest.raises(ValueError, match="unscored"):
        record_of(failed, authored()[0])


def test_episodes_are_read_as_dialogues_without_anything_that_was_judged(tmp_path: Path) -> None:
    seeker = authored()[0]
    own = play_one(Job(profile=seeker, seed=1, context=Context(turn_limit=2)))
    recorded = episode_of(talk_of(tmp_path, record(40, 35, last_reply_judged=True)), supporter="x")
    (tmp_path / "e.jsonl").write_text(f"{own.model_dump_json()}\n{recorded.model_dump_json()}\n", encoding="utf-8")
    reading = read_dialogues(tmp_path / "e.jsonl")
    assert reading.format == "episodes"
    first, second = reading.dialogues
    assert (first.locale, second.locale, second.source, second.licence) == ("en", "zh", "SAGE", "MIT")
    assert [turn.text for turn in second.turns] == ["第0句。", "回答0。", "第1句。"]
    assert "心里轻了一点" not in second.model_dump_json()
    assert seeker.hidden not in first.model_dump_json()
    failed = own.model_copy(update={"turns": ()})
    (tmp_path / "e.jsonl").write_text(failed.model_dump_json(), encoding="utf-8")
    with pytest.raises(BadDialogue, match="field 'turns'"):
        read_dialogues(tmp_path / "e.jsonl")
