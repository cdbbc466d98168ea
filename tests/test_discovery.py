"""Discovery: from files to a committed bank, through one graph, the same each time; what goes wrong is one line."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conversation.dialogue import Dialogue, Outcome, Speaker, Turn
from conversation.formats import BadDialogue, own, read_dialogues
from graphs.context import DiscoveryContext
from graphs.discovery import build, graph
from graphs.discovery_nodes import DiscoveryError
from nodes.annotator import key_of
from nodes.chat import Budget, Models, RoleSettings
from nodes.context import close_all
from nodes.embedded.engine import PLAYERS
from nodes.embedded.server import EmbeddedServer
from nodes.errors import Malformed
from skills_bank.bank import Bank
from skills_bank.copying import copied
from skills_bank.intervention_unit import LabelSource
from skills_bank.licences import allows_commercial_use, most_restrictive

DATA = Path(__file__).parents[2] / "shared" / "data"

WHOM = ["brother", "sister", "mother", "father", "friend", "flatmate", "colleague", "cousin", "aunt", "uncle"]
WHEN = ["in spring", "last week", "at Christmas", "on her birthday", "two years ago", "after the move", "in May"]
BLAME = "I feel so guilty about my {whom}. It is all my fault that we fell out {when}, I should have called."
MET = "It sounds as if you feel guilty, and as if it has weighed on you for some time."
OPENS = "Yes, exactly. I feel ashamed too, because I knew {whom} was ill {when} and I stayed away all the same."
TOLD = "You should just call and apologise."
SHUTS = "No, I've tried that already. You don't understand, calling my {whom} won't help."


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    close_all()


def dialogue(number: int, *, helped: bool, licence: str = "CC-BY-NC-4.0") -> Dialogue:
    words = {"whom": WHOM[number % len(WHOM)], "when": WHEN[number % len(WHEN)]}
    reply, after = (MET, OPENS) if helped else (TOLD, SHUTS)
    turns = (
        Turn(speaker=Speaker.SEEKER, text=BLAME.format_map(words)),
        Turn(speaker=Speaker.SUPPORTER, text=reply),
        Turn(speaker=Speaker.SEEKER, text=after.format_map(words)),
        Turn(speaker=Speaker.SUPPORTER, text="Thank you for telling me."),
    )
    return Dialogue(
        id=f"made-{number}-{helped}",
        source="made",
        licence=licence,
        situation=f"situation {number} {helped}",
        turns=turns,
        outcome=Outcome.SUCCESS if helped else Outcome.FAILED,
    )


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "dialogues.jsonl"
    own.write(path, [*(dialogue(n, helped=True) for n in range(40)), *(dialogue(n, helped=False) for n in range(20))])
    return str(path)


def context(tmp_path: Path, **settings: Any) -> DiscoveryContext:
    return DiscoveryContext(bank=str(tmp_path / "bank"), **settings)


def found(result: dict[str, Any]) -> dict[str, Any]:
    summary = dict(result["summary"])
    del summary["seconds"]
    return summary


def test_a_bank_is_made_from_a_file_and_says_what_it_rests_on(tmp_path: Path, file: str) -> None:
    summary = graph.invoke({"paths": [file]}, context=context(tmp_path))["summary"]
    assert summary["dialogues"] == {
        "read": 60,
        "refused": 0,
        "repeated": 0,
        "held_out": 0,
        "used": 60,
        "labelled_before": 0,
        "labelled": 60,
        "failed": 0,
    }
    assert (summary["units"]["constructive"], summary["units"]["negative"]) == (40, 20)
    assert summary["licence"] == "CC-BY-NC-4.0"
    assert summary["without_skill"] == {}
    json.dumps(summary)
    with Bank.open(tmp_path / "bank", create=False) as bank:
        (skill,) = bank.at().skills()
        assert bank.generation == summary["generation"] == 1
        assert skill.title.startswith("When self-blame is loud")
        assert skill.licence == "CC-BY-NC-4.0"
        evidence = skill.evidence[0]
        assert (evidence.helped, evidence.harmed) == (40, 0)
        assert "20 of 20 went badly" in skill.pitfalls[0].what
        units = bank.units_of(skill)
        assert {unit.dialogue_id for unit, _ in units} == {f"made-{n}-True" for n in range(40)}
        assert all(text is not None and text.action == MET for _, text in units)


def test_the_same_input_gives_the_same_bank_also_asynchronously(tmp_path: Path, file: str) -> None:
    first = found(graph.invoke({"paths": [file]}, context=context(tmp_path)))
    second = found(asyncio.run(graph.ainvoke({"paths": [file]}, context=context(tmp_path, held_out=0.0))))
    third = found(graph.invoke({"paths": [file]}, context=DiscoveryContext(bank=str(tmp_path / "other"))))
    assert first == second, "a bank that holds all of it already stays at its generation"
    assert {**third, "bank": first["bank"]} == first


def test_it_works_with_no_context_and_no_paths_on_the_projects_own_dialogues() -> None:
    summary = graph.invoke({})["summary"]
    assert summary["dialogues"]["read"] == summary["dialogues"]["labelled"] > 0
    assert summary["licence"] == "Apache-2.0"


def test_progress_is_told_by_typed_events(tmp_path: Path, file: str) -> None:
    events = list(graph.stream({"paths": [file]}, context=context(tmp_path), stream_mode="custom"))
    assert list(dict.fromkeys(event["event"] for event in events)) == [
        "read",
        "estimated",
        "annotated",
        "extracted",
        "clustered",
        "prototypes",
        "distilled",
        "linted",
        "committed",
    ]
    assert [event["done"] for event in events if event["event"] == "annotated"][-1] == 60


def test_a_part_is_held_out_by_situation_and_never_read(tmp_path: Path, file: str) -> None:
    summary = graph.invoke({"paths": [file]}, context=context(tmp_path, held_out=0.3))["summary"]
    counts = summary["dialogues"]
    assert counts["held_out"] + counts["used"] == 60
    assert 6 <= counts["held_out"] <= 30
    assert summary["units"]["all"] == counts["used"]


def test_a_dialogue_that_stands_in_two_files_counts_once(tmp_path: Path, file: str) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_text(Path(file).read_text())
    summary = graph.invoke({"paths": [file, str(copy)]}, context=context(tmp_path))["summary"]
    assert (summary["dialogues"]["read"], summary["dialogues"]["repeated"]) == (120, 60)
    assert summary["units"]["all"] == 60


def test_bad_records_stop_the_run_or_are_counted(tmp_path: Path, file: str) -> None:
    with Path(file).open("a") as lines:
        lines.write('{"id": "x"}\n')
    with pytest.raises(BadDialogue, match="record 61, field 'source'"):
        graph.invoke({"paths": [file]}, context=context(tmp_path))
    summary = graph.invoke({"paths": [file], "skip_bad": True}, context=context(tmp_path))["summary"]
    assert summary["dialogues"]["refused"] == 1
    assert "field 'source'" in summary["refused"][0]


def test_a_commercial_policy_refuses_what_may_not_be_sold(tmp_path: Path, file: str) -> None:
    with pytest.raises(DiscoveryError, match=r"CC-BY-NC-4\.0"):
        graph.invoke({"paths": [file]}, context=context(tmp_path, licence_policy="commercial"))
    assert not (tmp_path / "bank").exists()


def test_a_language_that_the_embedded_annotator_does_not_know_is_refused_in_one_line(tmp_path: Path) -> None:
    said = [
        (Speaker.SEEKER, "我最近很难过。"),
        (Speaker.SUPPORTER, "听起来你很累。"),
        (Speaker.SEEKER, "是的，谢谢你。"),
    ]
    turns = tuple(Turn(speaker=speaker, text=text) for speaker, text in said)
    own.write(tmp_path / "zh.jsonl", [Dialogue(id="zh-1", source="made", licence="MIT", locale="zh", turns=turns)])
    with pytest.raises(DiscoveryError, match=r"none of 1 dialogues could be labelled: .*UnknownLanguage") as caught:
        graph.invoke({"paths": [str(tmp_path / "zh.jsonl")]}, context=context(tmp_path))
    assert "\n" not in str(caught.value)


def test_one_failed_annotation_costs_one_dialogue_and_is_counted(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = PLAYERS["annotator"]

    def stumbling(question: Any, seed: int) -> Any:
        if "after the move" in question.runs[0].text:
            raise Malformed("a made-up fault")
        return player.play(question, seed)

    monkeypatch.setitem(PLAYERS._players, "annotator", type(player)(player.agent, stumbling))
    summary = graph.invoke({"paths": [file]}, context=context(tmp_path))["summary"]
    assert summary["dialogues"]["failed"] == 8
    assert len(summary["failures"]) == 8
    assert "Malformed: annotator: a made-up fault" in summary["failures"][0]


def over_http(server: EmbeddedServer) -> Models:
    settings = {"base_url": server.url, "timeout_s": 10.0, "input_price": 1.0, "output_price": 2.0}
    return Models(roles={"annotator": RoleSettings(model="annotator", **settings)})  # type: ignore[arg-type]


def test_a_run_that_broke_off_does_not_pay_for_labels_twice(tmp_path: Path, file: str) -> None:
    with EmbeddedServer() as server:
        models = over_http(server)
        with pytest.raises(DiscoveryError, match="the budget lasted for 25 of 60 dialogues"):
            graph.invoke({"paths": [file]}, context=context(tmp_path, models=models, budget=Budget(calls=25)))
        assert server.requests == 25
        close_all()  # as another process would find it
        first = graph.invoke({"paths": [file]}, context=context(tmp_path, models=models))["summary"]
        assert server.requests == 60
        assert first["dialogues"]["labelled_before"] == 25
        second = asyncio.run(graph.ainvoke({"paths": [file]}, context=context(tmp_path, models=models)))["summary"]
        assert server.requests == 60
        assert second["skills"] == first["skills"]
    with Bank.open(tmp_path / "bank", create=False) as bank:
        (skill,) = bank.at().skills()
        assert all(unit.change_source is LabelSource.MODEL for unit, _ in bank.units_of(skill))


def test_the_cost_is_estimated_before_anything_is_asked(tmp_path: Path, file: str) -> None:
    with EmbeddedServer() as server:
        given = {"paths": [file], "estimate_only": True}
        summary = graph.invoke(given, context=context(tmp_path, models=over_http(server)))["summary"]  # type: ignore[call-overload]
        assert server.requests == 0
    expected = summary["estimate"]
    assert expected["calls"] == [60, 60]
    assert expected["roles"].keys() == {"annotator"}
    for end in (0, 1):
        tokens = expected["input_tokens"][end] + 2 * expected["output_tokens"][end]
        assert expected["money"][end] == pytest.approx(tokens / 1e6, rel=1e-3)
    assert expected["input_tokens"][0] < expected["input_tokens"][1]
    assert "units" not in summary
    assert not (tmp_path / "bank").exists()


def test_the_embedded_engine_costs_nothing(tmp_path: Path, file: str) -> None:
    summary = graph.invoke({"paths": [file], "estimate_only": True}, context=context(tmp_path))["summary"]
    assert summary["estimate"]["roles"] == {}
    assert summary["estimate"]["calls"] == [0, 0]


def test_what_was_really_asked_lies_within_the_estimate(tmp_path: Path, file: str) -> None:
    with EmbeddedServer() as server:
        run = context(tmp_path, models=over_http(server))
        expected = graph.invoke({"paths": [file], "estimate_only": True}, context=run)["summary"]["estimate"]
        graph.invoke({"paths": [file]}, context=run)
        spent = run.resources.chat.usage.roles["annotator"]
    for part in ("calls", "input_tokens", "output_tokens", "money"):
        least, most = expected[part]
        assert least <= getattr(spent, part) <= most, part


def test_erasing_a_dialogue_erases_its_labels_words_too(tmp_path: Path, file: str) -> None:
    with EmbeddedServer() as server:
        graph.invoke({"paths": [file]}, context=context(tmp_path, models=over_http(server)))
        close_all()
        with Bank.open(tmp_path / "bank", create=False) as bank:
            (skill,) = bank.at().skills()
            name = bank.units_of(skill)[0][0].dialogue_id
            key = key_of(next(d for d in read_dialogues(Path(file)).dialogues if d.id == name), said_by(server))
            assert bank.annotations.known([key])
            bank.erase(name)
            assert bank.annotations.known([key]) == {}
            assert bank.verify() == []
        graph.invoke({"paths": [file]}, context=context(tmp_path, models=over_http(server)))
        close_all()
        with Bank.open(tmp_path / "bank", create=False) as bank:
            assert bank.annotations.known([key]) == {}
            assert bank.verify() == []


def said_by(server: EmbeddedServer) -> str:
    return over_http(server).describe()["annotator"]


def test_a_user_can_add_a_node(tmp_path: Path, file: str) -> None:
    own_graph = build()
    seen: list[int] = []
    own_graph.add_node("look", lambda state: seen.append(state["summary"]["prototypes"]["all"]) or {})
    own_graph.add_edge("commit", "look")
    own_graph.compile().invoke({"paths": [file]}, context=context(tmp_path))
    assert seen == [2]


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0", True),
        ("CC-BY-4.0", True),
        ("CC-BY-SA-4.0", True),
        ("CC-BY-NC-4.0", False),
        ("CC BY-NC 4.0, academic use", False),
        ("ask the owner", False),
    ],
)
def test_only_licences_known_to_allow_it_allow_commercial_use(licence: str, allowed: bool) -> None:
    assert allows_commercial_use(licence) is allowed


def test_a_mixture_carries_its_strictest_licence() -> None:
    assert most_restrictive(["MIT", "CC-BY-NC-4.0", "Apache-2.0"]) == "CC-BY-NC-4.0"
    assert most_restrictive(["MIT", "Apache-2.0"]) == "Apache-2.0 AND MIT"


def test_real_dialogues_give_a_bank_that_says_nothing_they_said(tmp_path: Path) -> None:
    path = DATA / "esconv" / "FailedESConv.json"
    if not path.exists():
        pytest.skip("needs FailedESConv beside the project")
    summary = graph.invoke({"paths": [str(path)]}, context=context(tmp_path))["summary"]
    assert summary["dialogues"]["read"] == summary["dialogues"]["labelled"] == 196
    assert len(summary["skills"]) >= 5
    said = [turn.text for dialogue in read_dialogues(path).dialogues for turn in dialogue.turns]
    with Bank.open(tmp_path / "bank", create=False) as bank:
        for skill in bank.at().skills():
            assert copied(skill, said) == ()
