"""The annotator played by rules: labels for every run, from words that came before."""

import json
from pathlib import Path

import pytest

from conversation.dialogue import Line, Speaker
from conversation.support import ResponseChange, SupportMove, UnsafeIntervention
from nodes.annotator import AnnotatorQuestion, Run
from nodes.appraiser import AppraiserQuestion
from nodes.embedded import annotator, appraiser
from nodes.embedded.reading.states import read_state
from nodes.errors import UnknownLanguage

DATA = Path(__file__).parents[2] / "shared" / "data" / "esconv" / "FailedESConv.json"
TALK = (
    (Speaker.SEEKER, "My boss shouted at me in front of everyone."),
    (Speaker.SUPPORTER, "It sounds as if you feel humiliated."),
    (Speaker.SEEKER, "Exactly, that's how I feel."),
    (Speaker.SUPPORTER, "You're overreacting, just think positively. When I was young I had worse."),
    (Speaker.SEEKER, "You're not listening to me."),
)


def question(count: int = len(TALK)) -> AnnotatorQuestion:
    return AnnotatorQuestion(runs=tuple(Run(speaker=speaker, text=text) for speaker, text in TALK[:count]))


def test_every_run_gets_its_labels_in_order() -> None:
    labels = annotator.play(question(), 0)
    assert [entry.run for entry in labels.seeker] == [0, 2, 4]
    assert [entry.run for entry in labels.supporter] == [1, 3]
    assert [entry.change for entry in labels.seeker] == [
        None,
        ResponseChange.CONFIRMS_UNDERSTOOD,
        ResponseChange.TURNS_ON_SUPPORTER,
    ]
    assert labels.supporter[0].moves[0] is SupportMove.REFLECT_FEELING


def test_harm_is_flagged_beside_the_moves_and_a_persons_own_story_is_not_posing() -> None:
    flags = annotator.play(question(), 0).supporter[1].flags
    assert UnsafeIntervention.MINIMISING in flags
    assert UnsafeIntervention.POSING_AS_HUMAN not in flags


def test_labels_do_not_depend_on_what_comes_later() -> None:
    whole = annotator.play(question(), 0)
    part = annotator.play(question(3), 0)
    assert part.seeker == whole.seeker[:2]
    assert part.supporter == whole.supporter[:1]


def test_labels_do_not_depend_on_the_seed() -> None:
    assert annotator.play(question(), 0) == annotator.play(question(), 99)


def test_another_language_is_refused() -> None:
    runs = (Run(speaker=Speaker.SEEKER, text="我不知道怎么办，工作压力很大"),)
    with pytest.raises(UnknownLanguage):
        annotator.play(AnnotatorQuestion(runs=runs), 0)


def test_the_appraiser_reads_the_same_state() -> None:
    lines = tuple(Line(speaker=speaker, text=text) for speaker, text in TALK)
    assert appraiser.play(AppraiserQuestion(transcript=lines), 3) == read_state(lines)


@pytest.mark.skipif(not DATA.exists(), reason="FailedESConv is not on this machine")
def test_every_real_dialogue_can_be_annotated() -> None:
    for record in json.loads(DATA.read_text(encoding="utf-8"))[:40]:
        runs = tuple(
            Run(speaker=Speaker.SEEKER if turn["speaker"] == "speaker" else Speaker.SUPPORTER, text=turn["content"])
            for turn in record["dialog"]
        )
        labels = annotator.play(AnnotatorQuestion(runs=runs), 0)
        assert len(labels.seeker) + len(labels.supporter) == len(runs)
