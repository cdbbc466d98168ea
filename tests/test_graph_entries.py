"""Every graph that langgraph.json names can be imported and drawn, says its schemas, and has no store of its own."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
ENTRIES: dict[str, str] = json.loads((ROOT / "langgraph.json").read_text())["graphs"]

NODES = {
    "support": {"crisis_gate", "crisis_reply", "summarise", "appraise", "retrieve", "respond", "guard"},
    "episode": {"open", "support_turn", "sage_judge", "seeker", "record"},
    "discovery": {"read", "annotate", "extract", "cluster", "distil", "lint", "commit"},
    "verification": {"draw", "simulate", "weigh"},
    "evolution": {
        "plan",
        "simulate",
        "diagnose",
        "propose",
        "next_change",
        "screen",
        "verify",
        "approve",
        "commit",
        "reject",
        "audit",
        "conclude",
    },
}
EDGES = {
    "support": {
        ("crisis_gate", "appraise"),
        ("crisis_gate", "crisis_reply"),
        ("crisis_gate", "summarise"),
        ("summarise", "appraise"),
        ("retrieve", "respond"),
        ("guard", "respond"),
    },
    "episode": {
        ("support_turn", "sage_judge"),
        ("sage_judge", "seeker"),
        ("sage_judge", "record"),
        ("seeker", "support_turn"),
    },
    "discovery": {("extract", "cluster"), ("lint", "commit")},
    "verification": {("draw", "simulate"), ("simulate", "weigh"), ("weigh", "draw")},
    "evolution": {
        ("plan", "simulate"),
        ("verify", "approve"),
        ("approve", "commit"),
        ("audit", "plan"),
        ("audit", "conclude"),
    },
}


def load(name: str) -> Any:
    module, _, attribute = ENTRIES[name].partition(":")
    return getattr(import_module(module), attribute)


def test_the_five_graphs_are_named_in_dotted_form() -> None:
    assert set(ENTRIES) == set(NODES)
    assert all("/" not in entry and entry.endswith(":graph") for entry in ENTRIES.values())


@pytest.mark.parametrize("name", NODES)
def test_an_entry_is_compiled_without_checkpointer_or_store(name: str) -> None:
    graph = load(name)
    assert graph.checkpointer is None
    assert graph.store is None


@pytest.mark.parametrize("name", NODES)
def test_an_entry_has_the_nodes_and_edges_of_the_design(name: str) -> None:
    drawn = load(name).get_graph()
    assert set(drawn.nodes) - {"__start__", "__end__"} == NODES[name]
    assert {(edge.source, edge.target) for edge in drawn.edges} >= EDGES[name]


@pytest.mark.parametrize("name", NODES)
def test_an_entry_says_what_it_takes_gives_and_is_configured_by(name: str) -> None:
    graph = load(name)
    for schema in (graph.get_input_jsonschema(), graph.get_output_jsonschema(), graph.get_context_jsonschema()):
        assert schema["properties"], schema
        json.dumps(schema)


@pytest.mark.parametrize("name", NODES)
def test_an_entry_draws_itself(name: str) -> None:
    assert "graph TD" in load(name).get_graph().draw_mermaid()


@pytest.mark.parametrize("name", NODES)
def test_build_gives_a_graph_that_can_be_extended(name: str) -> None:
    module = import_module(f"graphs.{name}")
    first, second = module.build(), module.build()
    assert first is not second
    first.add_node("own", lambda state: {})
    assert "own" not in second.nodes
