"""Profiles of other sources: read by shape, refused by name, never filled up with what the source does not say."""

import json
from pathlib import Path
from typing import Any

import pytest

from conversation.formats.record import BadDialogue
from conversation.profile import Character, Intention, Profile, Split
from conversation.profile_check import check, faults
from conversation.profile_formats import FORMATS, Asked, UnknownProfileFormat, read_profiles
from conversation.profile_formats.asked import NoIntention
from conversation.profiles import authored
from conversation.seeker import Scenario
from esc_skills.errors import Usage
from esc_skills.profile_page import page
from esc_skills.seekers import check_playable
from graphs.context import Context
from graphs.simulation import Job, play_one
from nodes.models import Models, RoleSettings

DATA = Path(__file__).parents[2] / "shared" / "data"
TASK = "你希望对方用心倾听你的情绪宣泄"
SCENE = """**背景故事**

### 事件的起因
她搬到了新城市。

### 事件的经过
- **第一阶段（1个月前）：** 她开始新工作。
  没有人和她说话。
- **第二阶段（昨天）：** 她一个人过生日。

### 主要冲突
她想念朋友。

### 玩家遇到的困难
她试过报名健身房。

### 不同状态下可能的反应
- **emotion高时：** 她会多说一些。
- NPC的回复贴合隐藏主题时，她会放松。
####隐藏主题:
***你希望对方用心倾听你的情绪宣泄"""


def sage(**changes: Any) -> dict[str, Any]:
    return {
        "id": "s1",
        "player": "* 姓名：林小雨\n* 年龄：27岁\n* 性别：女性\n* 职业：护士\n\n"
        "* 说话风格：\n很慢。\n\n* 说话方式：\n很少提问。",
        "scene": SCENE,
        "main_cha": "被动型",
        "cha_group": ["谦逊"],
        "task": TASK,
        "first_talk": "今天又是一个人。",
    } | changes


def role(**changes: Any) -> dict[str, Any]:
    return {
        "role": "**persona:** ...",
        "pid": "r1",
        "life_events": "1. moved at 12.\n2. won a prize.",
        "challenge": "Moving to a new city or country",
        "behavioral_traits": "- Response Style\nEasily reassured: You calm down quickly.",
        "final_persona": "**name:** sarah\n**age:** 34\n**occupation:** nurse\nsarah has two children, ages 1 and 8.",
    } | changes


def in_file(path: Path, *records: object, as_list: bool = False) -> Path:
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text(f"[{','.join(lines)}]" if as_list else "\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("as_list", [True, False])
@pytest.mark.parametrize("name", ["own", "sage-profiles", "esc-judge"])
def test_each_format_is_recognised_as_a_list_and_as_lines(tmp_path: Path, name: str, as_list: bool) -> None:
    made = {"own": authored()[0].model_dump(mode="json"), "sage-profiles": sage(), "esc-judge": role()}
    reading = read_profiles(in_file(tmp_path / "f", made[name], as_list=as_list), asked=Asked(draw=1))
    assert (reading.format, len(reading.profiles), reading.refused) == (name, 1, ())
    assert set(made) == set(FORMATS)


def test_a_sage_scene_is_read_by_its_headings_and_what_is_hidden_stays_hidden(tmp_path: Path) -> None:
    (seeker,) = read_profiles(in_file(tmp_path / "f", sage())).profiles
    assert (seeker.id, seeker.locale, seeker.licence) == ("sage-s1", "zh", "MIT")
    assert (seeker.character, seeker.intention) == (Character.PASSIVE, Intention.VENTING)
    assert (seeker.persona.name, seeker.persona.age, seeker.persona.occupation) == ("林小雨", 27, "护士")
    assert seeker.persona.speech_style == "很慢。\n很少提问。"
    assert [event[:4] for event in seeker.story.timeline] == ["第一阶段", "第二阶段"]
    assert "没有人和她说话" in seeker.story.timeline[0]
    assert "健身房" in seeker.story.difficulty
    assert seeker.hidden.startswith(TASK)
    assert "她会放松" in seeker.hidden
    assert "隐藏" not in seeker.story.model_dump_json() + seeker.persona.model_dump_json()
    assert (seeker.story.disclosures, seeker.story.efforts, seeker.likes) == ((), (), ())
    assert seeker.story.scenario is Scenario.UNCLEAR


def test_an_esc_judge_role_keeps_what_it_says_and_takes_its_intention_from_the_caller(tmp_path: Path) -> None:
    path = in_file(tmp_path / "f", role())
    with pytest.raises(NoIntention, match="--intention"):
        read_profiles(path, skip_bad=True)
    given = read_profiles(path, asked=Asked(intention=Intention.ADVICE, split=Split.REPORT)).profiles[0]
    assert (given.intention, given.split, given.character) == (Intention.ADVICE, Split.REPORT, Character.PASSIVE)
    assert (given.persona.name, given.persona.age, given.persona.occupation) == ("Sarah", 34, "nurse")
    assert given.story.timeline == ("moved at 12.", "won a prize.")
    assert given.story.scenario is Scenario.CHANGE
    assert "given by hand" in given.source
    drawn = [read_profiles(path, asked=Asked(draw=seed)).profiles[0] for seed in range(40)]
    assert {p.intention for p in drawn} == set(Intention)
    assert drawn[3] == read_profiles(path, asked=Asked(draw=3)).profiles[0]
    assert "drawn, seed 3" in drawn[3].source


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (sage(task="你想要钱"), "task"),
        (sage(main_cha="乐观型"), "main_cha"),
        (sage(player="* 姓名：小明\n* 年龄：16岁"), "player.年龄"),
        (sage(player="* 年龄：26岁"), "player"),
        (sage(first_talk=None), "first_talk"),
        (role(final_persona="name: tim, age: 12"), "final_persona"),
        (role(final_persona="nobody knows how old"), "final_persona"),
        (role(behavioral_traits="none"), "behavioral_traits"),
        ({"persona": {}, "story": {}}, "id"),
    ],
)
def test_a_bad_record_is_named_and_counted(tmp_path: Path, record: dict[str, Any], field: str) -> None:
    good = sage() if "player" in record else role() if "pid" in record else authored()[0].model_dump(mode="json")
    path = in_file(tmp_path / "f.jsonl", good, record)
    with pytest.raises(BadDialogue, match=rf"record 2, field '{field}'"):
        read_profiles(path, asked=Asked(draw=0))
    reading = read_profiles(path, skip_bad=True, asked=Asked(draw=0))
    assert (len(reading.profiles), [bad.record for bad in reading.refused]) == (1, [2])


def test_an_id_that_comes_twice_is_refused(tmp_path: Path) -> None:
    reading = read_profiles(in_file(tmp_path / "f", sage(), sage()), skip_bad=True)
    assert [bad.field for bad in reading.refused] == ["id"]


def test_an_unknown_format_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(UnknownProfileFormat, match="--format"):
        read_profiles(in_file(tmp_path / "f", {"hello": 1}))
    with pytest.raises(UnknownProfileFormat, match="esc-judge"):
        read_profiles(in_file(tmp_path / "f", sage()), format="csv")


def test_our_own_come_back_as_they_were_and_a_misspelt_field_is_named(tmp_path: Path) -> None:
    assert (
        read_profiles(in_file(tmp_path / "f", *(p.model_dump(mode="json") for p in authored()))).profiles == authored()
    )
    record = authored()[0].model_dump(mode="json")
    record["story"]["disclosures"][1]["mood"] = 3
    with pytest.raises(BadDialogue, match=r"story\.disclosures\[1\]\.mood"):
        read_profiles(in_file(tmp_path / "f", record))


def test_a_seeker_for_language_models_says_why_and_the_embedded_engine_refuses_it(tmp_path: Path) -> None:
    (chinese,) = read_profiles(in_file(tmp_path / "f", sage())).profiles
    (bare,) = read_profiles(in_file(tmp_path / "g", role()), asked=Asked(draw=0)).profiles
    assert "zh" in chinese.unplayable
    assert "6 disclosures" in bare.unplayable
    assert not any(p.unplayable for p in authored())
    assert faults(chinese) == faults(bare) == ()
    assert check(bare)
    episode = play_one(Job(profile=bare, seed=0, context=Context(turn_limit=1)))
    assert not episode.scored
    assert "UnplayableProfile" in episode.error
    with pytest.raises(Usage, match=r"ESC_SKILLS_SEEKER_MODEL"):
        check_playable([*authored(), bare], Models())
    settings = RoleSettings(model="m", base_url="http://127.0.0.1:1/v1")
    check_playable([bare], Models(roles={"seeker": settings, "sage_judge": settings}))
    check_playable(authored(), Models())


def test_faults_are_found_in_seekers_for_language_models_too(tmp_path: Path) -> None:
    record = role(challenge="what I need from you is a plan")
    (bare,) = read_profiles(in_file(tmp_path / "g", record), asked=Asked(draw=0)).profiles
    assert any("outright" in fault for fault in faults(bare))


def test_the_page_says_clearly_what_is_hidden() -> None:
    for seeker in (authored()[0], authored()[40]):
        before, after = page(seeker).split("## Hidden", 1)
        assert seeker.hidden not in before
        assert seeker.intention.value not in before
        assert seeker.hidden in after


@pytest.mark.parametrize(
    ("file", "name", "count", "refused"),
    [
        ("sage/simulator_profile_withfirsttalk.jsonl", "sage-profiles", 90, 10),
        ("esc_judge/roles-v1.json", "esc-judge", 100, 0),
    ],
)
def test_the_public_sets_are_read_and_minors_refused(file: str, name: str, count: int, refused: int) -> None:
    path = DATA / file
    if not path.exists():
        pytest.skip(f"needs {file} beside the project")
    reading = read_profiles(path, skip_bad=True, asked=Asked(draw=0))
    assert (reading.format, len(reading.profiles), len(reading.refused)) == (name, count, refused)
    assert all("18 to 99" in bad.expected for bad in reading.refused)
    assert all(p.opening and p.hidden and p.story.background and p.unplayable for p in reading.profiles)
    assert not any("隐藏主题" in p.story.model_dump_json() + p.persona.model_dump_json() for p in reading.profiles)
    assert all(Profile.model_validate_json(p.model_dump_json()) == p for p in reading.profiles)
