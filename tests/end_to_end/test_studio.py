"""`langgraph dev` serves every graph to Studio: drawn, run and streamed, offline, and no node blocks its event loop."""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import servers

from conversation.profiles import authored
from conversation.scenarios import CELLS
from nodes.embedded.server import EmbeddedServer
from nodes.models import ROLES
from skills_bank.change import Change, ChangeKind, Claim

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, Any] = json.loads((ROOT / "langgraph.json").read_text())
NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody listens at: what would leave this machine fails."""

WORRIED = "I can't stop thinking about the exam. I am afraid that I will fail."
MORE = "Yes. I have learnt for weeks, and still I feel that I know nothing."
GRAVE = "I have decided to kill myself tonight, I have the pills here."

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("langgraph_api") is None,
    reason="`langgraph dev` is not installed; it comes with the extra 'studio'",
)


@dataclass(frozen=True)
class Studio:
    """What Studio talks to."""

    http: httpx.Client
    file: Path

    def post(self, path: str, **body: Any) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def thread(self) -> str:
        return str(self.post("/threads")["thread_id"])

    def run(self, thread: str, graph: str = "support", **body: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.post(f"/threads/{thread}/runs/wait", assistant_id=graph, **body)
        return result

    def say(self, thread: str, text: str, **body: Any) -> dict[str, Any]:
        result = self.run(thread, input=said(text), **body)
        assert "__error__" not in result, f"{result}\n{self.log()[-3000:]}"
        return result

    def stream(self, thread: str, text: str, **body: Any) -> list[tuple[str, Any]]:
        asked = {"assistant_id": "support", "input": said(text), **body}
        events: list[tuple[str, Any]] = []
        with self.http.stream("POST", f"/threads/{thread}/runs/stream", json=asked) as answer:
            assert answer.status_code == httpx.codes.OK
            name = ""
            for line in answer.iter_lines():
                kind, _, value = line.partition(": ")
                if kind == "event":
                    name = value
                elif kind == "data":
                    events.append((name, json.loads(value)))
        return events

    def log(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self.file.read_text(errors="replace"))


def said(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def of_kind(events: list[tuple[str, Any]], kind: str) -> list[Any]:
    return [data for name, data in events if name == kind]


def spoken(events: list[tuple[str, Any]]) -> str:
    return "".join(data["text"] for data in of_kind(events, "custom") if data["event"] == "text").rstrip()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    # Elsewhere, since the server keeps its threads in a folder beside the configuration.
    place = tmp_path_factory.mktemp("studio")
    (place / "langgraph.json").write_text(json.dumps({**SETTINGS, "dependencies": [str(ROOT)], "env": {}}))
    port = servers.free_port()
    environment = os.environ | {
        "HOME": str(place),
        "LANGGRAPH_CLI_NO_ANALYTICS": "1",
        "ESC_SKILLS_AUDIT": str(place / "audit.db"),
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
        "NO_PROXY": "127.0.0.1",
    }
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload", "--port", str(port)]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
            running = Studio(http, place / "log")
            _wait_for(running, server)
            yield running
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_for(studio: Studio, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            if studio.http.get("/ok").is_success:
                return
        except httpx.TransportError:
            pass
        assert server.poll() is None, studio.log()
        assert time.monotonic() < deadline, studio.log()
        time.sleep(0.1)


@pytest.fixture(autouse=True)
def _nothing_blocks(studio: Studio) -> Iterator[None]:
    """Every test here also says that what it did blocked no event loop."""
    before = len(studio.log())
    yield
    after = studio.log()[before:]
    assert "BlockingError" not in after, after[-3000:]
    assert "blocking call" not in after.lower(), after[-3000:]


@pytest.fixture(params=["embedded", "endpoint"])
def context(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """The roles are played within the server's process, or by an endpoint that is called over HTTP."""
    if request.param == "embedded":
        yield {}
        return
    with EmbeddedServer() as endpoint:
        yield {"models": {"roles": {role: {"model": role, "base_url": endpoint.url} for role in ROLES}}}
        assert endpoint.requests > 1, "the roles were really asked over HTTP"


@pytest.mark.parametrize("name", SETTINGS["graphs"])
def test_a_graph_is_there_with_its_schemas_and_can_be_drawn(studio: Studio, name: str) -> None:
    (assistant,) = studio.post("/assistants/search", graph_id=name)
    drawn = studio.http.get(f"/assistants/{assistant['assistant_id']}/graph", params={"xray": "true"}).json()
    assert len(drawn["nodes"]) > 4
    assert len(drawn["edges"]) >= len(drawn["nodes"]) - 1
    schemas = studio.http.get(f"/assistants/{assistant['assistant_id']}/schemas").json()
    for kind in ("input_schema", "output_schema", "state_schema", "context_schema"):
        assert schemas[kind]["properties"], kind


def test_a_thread_goes_on_with_a_second_turn(studio: Studio, context: dict[str, Any]) -> None:
    thread = studio.thread()
    first = studio.say(thread, WORRIED, context=context)
    second = studio.say(thread, MORE, context=context)
    assert [message["type"] for message in second["messages"]] == ["human", "ai", "human", "ai"]
    assert second["messages"][:2] == first["messages"]
    assert first["explanation"]["skill_id"]
    assert second["progress"] != first["progress"]


def test_a_turn_is_streamed_and_its_pieces_are_the_reply(studio: Studio, context: dict[str, Any]) -> None:
    events = studio.stream(
        studio.thread(), WORRIED, context=context, stream_mode=["custom", "messages-tuple", "updates"]
    )
    assert not of_kind(events, "error"), events
    (reply,) = [data["text"] for data in of_kind(events, "custom") if data["event"] == "reply"]
    assert spoken(events) == reply
    assert reply.count(" ") > 3
    steps = [name for data in of_kind(events, "updates") for name in data]
    assert steps == ["crisis_gate", "appraise", "retrieve", "respond", "guard"]
    (delivered,) = [data["guard"]["messages"] for data in of_kind(events, "updates") if "guard" in data]
    assert delivered[-1]["content"] == reply
    shown = [message["content"] for message, told in of_kind(events, "messages") if told["langgraph_node"] == "guard"]
    assert "".join(shown) == reply


def test_a_crisis_is_answered_by_the_crisis_path(studio: Studio, context: dict[str, Any]) -> None:
    thread = studio.thread()
    studio.say(thread, WORRIED, context=context)
    events = studio.stream(thread, GRAVE, context=context, stream_mode=["custom", "updates"])
    assert [name for data in of_kind(events, "updates") for name in data] == ["crisis_gate", "crisis_reply"]
    values = studio.http.get(f"/threads/{thread}/state").json()["values"]
    assert values["crisis"]["active"]
    assert values["messages"][-1]["content"] == spoken(events)


def test_an_episode_is_played(studio: Studio, context: dict[str, Any]) -> None:
    played = {"profile_id": authored()[0].id, "seed": 3}
    result = studio.run(studio.thread(), "episode", input=played, context={**context, "turn_limit": 2})
    assert "__error__" not in result, f"{result}\n{studio.log()[-3000:]}"
    assert result["episode"]["error"] == ""
    assert len(result["episode"]["turns"]) == 2


def test_the_longer_graphs_run_too(studio: Studio, context: dict[str, Any], tmp_path: Path) -> None:
    bank = {**context, "bank": str(tmp_path / "bank")}
    found = studio.run(studio.thread(), "discovery", input={}, context=bank)
    assert found["summary"]["skills"], f"{found}\n{studio.log()[-3000:]}"
    small = {**bank, "turn_limit": 1, "pairs": 2, "others": 2, "batch": 2, "seed": 5}
    retire = Change(
        id="retire",
        kind=ChangeKind.RETIRE,
        claim=Claim.UPKEEP,
        targets=(found["summary"]["skills"][0]["id"],),
        author="test",
        reason="x",
    )
    tried = {"change": retire.model_dump(mode="json"), "cells": dict.fromkeys(CELLS, 1)}
    weighed = studio.run(studio.thread(), "verification", input=tried, context=small)
    assert weighed["verdict"]["outcome"] in ("undecided", "rejected"), f"{weighed}\n{studio.log()[-3000:]}"
    one = {**small, "rounds": 1, "seeds": 1, "proposals": 1, "screen": 1, "audit": 1, "report": 1, "episodes": 24}
    evolved = studio.run(studio.thread(), "evolution", input={}, context=one)
    assert evolved["summary"]["episodes"] <= one["episodes"], f"{evolved}\n{studio.log()[-3000:]}"


@pytest.mark.parametrize("node", ["crisis_gate", "summarise", "appraise", "retrieve", "respond", "guard"])
def test_a_state_edited_in_studio_leads_no_crisis_to_the_skills(studio: Studio, node: str) -> None:
    thread = studio.thread()
    calm = studio.say(thread, WORRIED)
    before = studio.http.get(f"/threads/{thread}/state").json()["values"]
    edited = {
        "messages": [{"role": "user", "content": GRAVE, "id": "edited"}],
        "crisis": {},
        **{key: before[key] for key in ("gate", "seeker", "choice")},
        "draft": "Cheer up.",
        "drafts": 1,
        "explanation": {},
    }
    studio.post(f"/threads/{thread}/state", values=edited, as_node=node)
    result = studio.run(thread, input=None)
    assert result["__error__"]["error"] == "GateMissing", result
    after = studio.http.get(f"/threads/{thread}/state").json()["values"]
    assert [m["content"] for m in after["messages"]] == [*(m["content"] for m in calm["messages"]), GRAVE]
    # And the thread is not lost: the next message goes through the gate.
    result = studio.say(thread, GRAVE)
    assert result["crisis"]["active"]


def test_the_log_tells_nothing_of_what_was_written(studio: Studio) -> None:
    studio.say(studio.thread(), WORRIED)
    assert WORRIED not in studio.log()
    assert (studio.file.parent / ".langgraph_api").is_dir(), (
        "it keeps its threads beside the configuration it was given"
    )
