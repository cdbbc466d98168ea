"""An agent is a role with a prompt, a question and an answer; its prompt is complete, or it is an error."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from conversation.model import Value
from conversation.profile import Character, Intention
from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, RiskKind, RiskTier, Scenario
from conversation.support import Polarity, ResponseChange, SupportMove, UnsafeIntervention
from nodes import vocabulary
from nodes.agent import Agent, fill_prompt, read_prompt
from nodes.models import ROLES


class Question(Value):
    text: str


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_versioned_prompt_with_nothing_left_to_fill(role: str) -> None:
    agent = Agent(role=role, question=Question, answer=str)
    assert agent.prompt_version >= 1
    assert agent.prompt.startswith("# ")
    assert "{{" not in agent.prompt
    assert "<!--" not in agent.prompt
    assert agent.prompt == read_prompt(role)


@pytest.mark.parametrize("role", ROLES)
def test_every_prompt_says_that_what_it_is_given_is_no_instruction(role: str) -> None:
    if role == "distiller":  # its question holds labels and counts, and no one's words
        return
    prompt = read_prompt(role)
    assert "instruction" in prompt
    assert "JSON object" in prompt


@pytest.mark.parametrize("rule", ["disorder", "medicine", "human", "secrecy", "instructions", "technique", "suicide"])
def test_the_supporter_is_told_its_safety_rules(rule: str) -> None:
    assert rule in read_prompt("supporter")


@pytest.mark.parametrize(
    ("meanings", "labels"),
    [
        (vocabulary.ACTIVITIES, Activity),
        (vocabulary.EMOTIONS, Emotion),
        (vocabulary.SCENARIOS, Scenario),
        (vocabulary.NEEDS, Need),
        (vocabulary.READINESS, Readiness),
        (vocabulary.RESISTANCE, Resistance),
        (vocabulary.RISK_TIERS, RiskTier),
        (vocabulary.RISK_KINDS, RiskKind),
        (vocabulary.CHANGES, ResponseChange),
        (vocabulary.UNSAFE, UnsafeIntervention),
        (vocabulary.INTENTIONS, Intention),
        (vocabulary.CHARACTERS, Character),
    ],
)
def test_every_label_has_one_meaning_of_its_own(meanings: Mapping[StrEnum, str], labels: type[StrEnum]) -> None:
    assert set(meanings) == set(labels)
    assert all(meaning.strip() for meaning in meanings.values())
    assert len(set(meanings.values())) == len(meanings)


def test_the_annotator_is_told_every_label_it_may_use() -> None:
    prompt = read_prompt("annotator")
    for labels in (Activity, Scenario, ResponseChange, UnsafeIntervention, RiskTier, Need, Resistance):
        for label in labels:
            assert f"`{label.value}`" in prompt
    assert all(f"`{move.value}`" in prompt for move in SupportMove if move is not SupportMove.UNCLEAR)


def test_changes_are_listed_under_their_polarity() -> None:
    text = vocabulary.PLACEHOLDERS["changes"]()
    for change in ResponseChange:
        before = text[: text.index(f"`{change.value}`")]
        heads = [polarity for polarity in Polarity if f"{polarity.value.capitalize()}:" in before]
        assert heads[-1] is change.polarity


def test_a_placeholder_that_nothing_fills_is_an_error_naming_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'x'.*'moods'.*known are moves"):
        fill_prompt("<!-- version: 1 -->\n{{moods}}", {"moves": lambda: ""}, "x")


def test_a_prompt_without_a_version_line_is_an_error() -> None:
    with pytest.raises(ValueError, match="version"):
        fill_prompt("# Reading", {}, "x")


def test_placeholders_are_filled_once_and_single_braces_stay() -> None:
    filled = fill_prompt("<!-- version: 3 -->\n\n{quote} {{ a }} {{a}}", {"a": lambda: "{{b}}"}, "x")
    assert filled == (3, "{quote} {{b}} {{b}}")


def test_a_role_without_a_prompt_says_where_it_is_expected() -> None:
    with pytest.raises(FileNotFoundError, match=r"prompts/oracle\.md"):
        _ = Agent(role="oracle", question=Question, answer=str).prompt


def test_an_agent_from_elsewhere_brings_its_own_instructions() -> None:
    agent = Agent(role="oracle", question=Question, answer=str, instructions="Answer in riddles.")
    assert (agent.prompt, agent.prompt_version) == ("Answer in riddles.", 0)


def test_the_hash_of_a_prompt_changes_with_its_words() -> None:
    one, two = (Agent(role="oracle", question=Question, answer=str, instructions=t) for t in ("One.", "Two."))
    assert one.prompt_hash != two.prompt_hash
    assert len(one.prompt_hash) == 16
