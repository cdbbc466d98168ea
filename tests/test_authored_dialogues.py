"""The project's own dialogues: whole, varied, original, labelled by their author, and enough to discover from."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conversation.dialogue import Dialogue, Outcome, Speaker
from conversation.formats import read_dialogues
from conversation.seeker import Activity, Emotion, Scenario
from conversation.support import Polarity, ResponseChange, Strategy, SupportMove
from graphs.context import DiscoveryContext
from graphs.discovery import graph
from graphs.discovery_nodes import authored_dialogues
from nodes.annotator import question_about
from nodes.context import close_all
from nodes.embedded.annotator import play
from skills_bank.bank import Bank
from skills_bank.intervention_unit import InterventionUnit, LabelSource
from skills_bank.unit_extraction import extract_units

ESCONV = Path(__file__).parents[2] / "shared" / "data" / "esconv"
(PATH,) = authored_dialogues()
DIALOGUES = read_dialogues(Path(PATH)).dialogues
LABELS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "data" / "authored_dialogue_labels.json").read_text(encoding="utf-8")
)
"""What the author of each turn meant by it: the seeker's activity and change, the supporter's moves."""

ASKED_ABOUT_SUICIDE = {"nobody-knows-me-here", "fine-on-paper", "the-holiday-money"}
CRISIS_LINES = ("116 123", "1737", "0808 2000 247", "0808 808 8141", "1800 858 858")

each = pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)


def runs_of_words(text: str, words: int = 8) -> set[tuple[str, ...]]:
    tokens = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower().replace("’", "'"))
    return {tuple(tokens[start : start + words]) for start in range(len(tokens) - words + 1)}


def everything_said(dialogue: Dialogue) -> set[tuple[str, ...]]:
    return set().union(*(runs_of_words(turn.text) for turn in dialogue.turns), runs_of_words(dialogue.situation))


@each
def test_every_field_that_a_person_could_have_given_is_given(dialogue: Dialogue) -> None:
    assert (dialogue.source, dialogue.licence, dialogue.locale) == ("ESC-Skills", "Apache-2.0", "en")
    assert dialogue.situation
    assert Scenario(dialogue.problem) is not Scenario.UNCLEAR
    assert Emotion(dialogue.emotion) not in {Emotion.UNCLEAR, Emotion.CALM, Emotion.HOPE}
    assert dialogue.outcome is not Outcome.UNKNOWN
    assert dialogue.intensity_before is not None
    assert dialogue.intensity_after is not None
    assert dialogue.ratings.keys() == {"empathy", "relevance"}
    assert set(dialogue.ratings.values()) <= {1, 2, 3, 4, 5}


@each
def test_a_dialogue_is_short_and_both_speak_in_turn(dialogue: Dialogue) -> None:
    assert 14 <= len(dialogue.turns) <= 24
    assert max(len(indices) for indices, _ in dialogue.merged()) <= 2
    assert all(turn.text == " ".join(turn.text.split()) and turn.text for turn in dialogue.turns)
    for turn in dialogue.turns:
        if turn.speaker is Speaker.SEEKER:
            assert not turn.strategies
        else:
            assert turn.strategies
            assert turn.feedback is None


@each
def test_feedback_rates_a_message_that_stands_before_it(dialogue: Dialogue) -> None:
    rated = [index for index, turn in enumerate(dialogue.turns) if turn.feedback is not None]
    assert len(rated) >= 3
    for index in rated:
        assert any(turn.speaker is Speaker.SUPPORTER for turn in dialogue.turns[:index])


@each
def test_figures_say_what_the_outcome_says(dialogue: Dialogue) -> None:
    before, after = dialogue.intensity_before or 0, dialogue.intensity_after or 0
    feedback = [turn.feedback for turn in dialogue.turns if turn.feedback is not None]
    mean = sum(feedback) / len(feedback)
    if dialogue.outcome is Outcome.FAILED:
        assert after >= before
        assert min(dialogue.ratings.values()) <= 2, "FailedESConv's own definition of a failure"
        assert mean < 3
    else:
        assert after < before
        assert min(dialogue.ratings.values()) >= 4
        assert mean > 3.5


def test_most_that_helped_lightened_by_two_points_or_more() -> None:
    fallen = [(d.intensity_before or 0) - (d.intensity_after or 0) for d in DIALOGUES if d.outcome is Outcome.SUCCESS]
    assert sum(step >= 2 for step in fallen) > len(fallen) * 0.7


def test_there_are_enough_of_both_kinds() -> None:
    outcomes = Counter(dialogue.outcome for dialogue in DIALOGUES)
    assert len({dialogue.id for dialogue in DIALOGUES}) == len(DIALOGUES)
    assert outcomes[Outcome.SUCCESS] >= 16
    assert outcomes[Outcome.FAILED] >= 12


@pytest.mark.parametrize("scenario", [s for s in Scenario if s is not Scenario.UNCLEAR])
def test_every_scenario_has_dialogues(scenario: Scenario) -> None:
    assert sum(dialogue.problem == scenario for dialogue in DIALOGUES) >= 2


def test_ratings_of_single_turns_contradict_the_outcome_here_and_there_as_they_do_in_life() -> None:
    """Good replies in what failed, poor ones in what helped: else the outcome could stand for every turn."""
    ratings = {outcome: Counter[int]() for outcome in Outcome}
    for dialogue in DIALOGUES:
        ratings[dialogue.outcome].update(turn.feedback for turn in dialogue.turns if turn.feedback is not None)
    assert sum(ratings[Outcome.FAILED][value] for value in (4, 5)) >= 4
    assert ratings[Outcome.SUCCESS][2] >= 3


def test_the_author_labelled_every_turn_by_who_speaks() -> None:
    assert LABELS.keys() == {dialogue.id for dialogue in DIALOGUES}
    for dialogue in DIALOGUES:
        for turn, label in zip(dialogue.turns, LABELS[dialogue.id], strict=True):
            if turn.speaker is Speaker.SEEKER:
                Activity(label["activity"])
                assert label["change"] is None or ResponseChange(label["change"])
            else:
                moves = [SupportMove(move) for move in label["moves"]]
                assert list(turn.strategies) == list(dict.fromkeys(Strategy(m.strategy or "") for m in moves))


@pytest.mark.parametrize(("kind", "key"), [(Activity, "activity"), (ResponseChange, "change"), (SupportMove, "moves")])
def test_every_label_of_the_taxonomy_is_meant_somewhere(kind: Any, key: str) -> None:
    meant: set[str] = set()
    for labels in LABELS.values():
        for label in labels:
            found = label.get(key) or ()
            meant.update([found] if isinstance(found, str) else found)
    assert {label.value for label in kind} - meant == {"unclear"}


def test_what_failed_turned_for_the_worse_and_what_helped_for_the_better() -> None:
    for dialogue in DIALOGUES:
        changes = [ResponseChange(label["change"]) for label in LABELS[dialogue.id] if label.get("change")]
        count = Counter(change.polarity for change in changes)
        helped = dialogue.outcome is Outcome.SUCCESS
        better, worse = count[Polarity.CONSTRUCTIVE], count[Polarity.NEGATIVE]
        assert (better >= 4 > worse) if helped else (worse >= 4 > better), dialogue.id
        last = changes[-1].polarity
        assert last is Polarity.CONSTRUCTIVE if helped else last is not Polarity.CONSTRUCTIVE, dialogue.id


def test_no_two_dialogues_share_a_sentence() -> None:
    first: dict[tuple[str, ...], str] = {}
    for dialogue in DIALOGUES:
        for run in everything_said(dialogue):
            assert first.setdefault(run, dialogue.id) == dialogue.id, " ".join(run)


def test_no_dialogue_says_the_same_twice_by_one_speaker() -> None:
    for dialogue in DIALOGUES:
        for speaker in Speaker:
            said = [turn.text for turn in dialogue.turns if turn.speaker is speaker and len(turn.text) > 12]
            assert len(said) == len(set(said)), dialogue.id


@pytest.mark.parametrize("name", ["ESConv.train.json", "FailedESConv.json"])
def test_nothing_is_copied_from_public_dialogues(name: str) -> None:
    if not (ESCONV / name).exists():
        pytest.skip(f"needs {name} beside the project")
    own = set().union(*map(everything_said, DIALOGUES))
    shared = [
        " ".join(run) for dialogue in read_dialogues(ESCONV / name).dialogues for run in everything_said(dialogue) & own
    ]
    assert shared == []


def test_a_sign_of_risk_is_met_by_a_plain_question_and_the_talk_goes_on() -> None:
    asked = {
        dialogue.id
        for dialogue in DIALOGUES
        for before, turn in pairwise(dialogue.turns)
        if turn.speaker is Speaker.SUPPORTER
        and before.speaker is Speaker.SEEKER
        and re.search(r"thoughts? of (suicide|killing yourself)|thinking of suicide", turn.text)
        and "?" in turn.text
    }
    assert asked == ASKED_ABOUT_SUICIDE
    for dialogue in DIALOGUES:
        if dialogue.id in asked:
            assert dialogue.outcome is Outcome.SUCCESS
            assert any(line in turn.text for turn in dialogue.turns for line in CRISIS_LINES)


def test_no_number_stands_in_a_supporters_words_but_a_checked_line() -> None:
    """A wrong number for help would be worse than none: new ones are looked up and entered here."""
    for dialogue in DIALOGUES:
        for turn in dialogue.turns:
            if turn.speaker is Speaker.SUPPORTER:
                numbers = re.findall(r"\d[\d ]{2,}\d", turn.text)
                assert all(number.strip() in CRISIS_LINES for number in numbers), (dialogue.id, numbers)


def units_as_discovery_reads_them() -> list[InterventionUnit]:
    units: list[InterventionUnit] = []
    for dialogue in DIALOGUES:
        labels = play(question_about(dialogue), 0)
        units += [unit for unit, _ in extract_units(dialogue, labels, LabelSource.RULES)]
    return units


def test_units_carry_the_scenario_the_strategies_and_the_feedback_that_people_gave() -> None:
    problems = {dialogue.id: dialogue.problem for dialogue in DIALOGUES}
    units = units_as_discovery_reads_them()
    assert {unit.before.scenario for unit in units} == set(Scenario) - {Scenario.UNCLEAR}
    assert all(unit.before.scenario == problems[unit.dialogue_id] for unit in units)
    assert all(unit.action.source is LabelSource.HUMAN for unit in units)
    assert sum(unit.polarity_reason.startswith("feedback") for unit in units) >= 150


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Bank]]:
    place = tmp_path_factory.mktemp("authored") / "bank"
    summary = graph.invoke({}, context=DiscoveryContext(bank=str(place)))["summary"]
    with Bank.open(place, create=False) as bank:
        yield summary, bank
    close_all()


def test_discovery_needs_nothing_else(found: tuple[dict[str, Any], Bank]) -> None:
    summary, _ = found
    assert summary["licence"] == "Apache-2.0"
    assert summary["dialogues"]["labelled"] == len(DIALOGUES)
    units = summary["units"]
    assert min(units["constructive"], units["neutral"], units["negative"]) >= 40
    assert len(summary["skills"]) >= 2


def test_self_disclosure_by_people_is_recorded_and_never_distilled(found: tuple[dict[str, Any], Bank]) -> None:
    _, bank = found
    disclosed = [unit for unit in units_as_discovery_reads_them() if SupportMove.DISCLOSE_SELF in unit.action.moves]
    assert len(disclosed) >= 8
    assert {unit.polarity for unit in disclosed} >= {Polarity.CONSTRUCTIVE, Polarity.NEGATIVE}
    skills = bank.at().skills()
    assert skills
    for skill in skills:
        assert all(SupportMove.DISCLOSE_SELF not in step.moves for step in skill.steps)
        evidence = {unit for entry in skill.evidence for unit in entry.units}
        assert not evidence & {unit.id for unit in disclosed}
