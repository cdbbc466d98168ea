"""Options of cost are read strictly, and figures are told by role."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from conversation.profiles import authored
from esc_skills.errors import Usage
from esc_skills.paying import budget_of, paid_for, print_usage, workers_for
from graphs.context import Context
from graphs.simulation import Job, LocalProcesses
from nodes.models import Models, RoleSettings
from nodes.usage import Budget, RoleUsage
from nodes.usage import Usage as Spent

MODEL = Models(default=RoleSettings(model="m", base_url="http://127.0.0.1:9/v1"))


def test_a_budget_is_read_from_words() -> None:
    assert budget_of("") == Budget()
    assert budget_of("calls=500, tokens=2e6,money=0.5 , seconds=900") == Budget(
        calls=500, tokens=2_000_000, money=0.5, seconds=900
    )


@pytest.mark.parametrize("text", ["calls", "call=5", "calls=-1", "money=lots", "tokens=nan", "seconds=inf", "=5"])
def test_a_budget_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(Usage, match="write one of calls, tokens, money, seconds"):
        budget_of(text)


def test_files_of_a_recording_are_looked_at_before_anything_begins(tmp_path: Path) -> None:
    there = tmp_path / "r.jsonl"
    there.write_text("x")
    for record, replay, words in (
        (there, None, "exists already"),
        (tmp_path / "no" / "r.jsonl", None, "no folder"),
        (None, tmp_path / "gone.jsonl", "no such file"),
        (tmp_path / "new.jsonl", there, "either recorded or replayed"),
    ):
        with pytest.raises(Usage, match=words):
            paid_for(record, replay, None)
    assert paid_for(None, there, None)["replay"] == str(there)


def test_what_holds_in_one_process_stays_there(tmp_path: Path) -> None:
    budget, tape = Context(budget=Budget(calls=5)), Context(record=str(tmp_path / "r.jsonl"))
    for context in (budget, tape):
        with pytest.raises(Usage, match="in one process alone"):
            workers_for(context, 2, 4)
        assert workers_for(context, None, 4) == 0
        with pytest.raises(ValueError, match="in one process alone"):
            LocalProcesses(2).play([Job(profile=authored()[0], seed=0, context=context)])
    assert workers_for(Context(models=Models()), None, 4) == 4
    assert workers_for(Context(models=MODEL), None, 4) == 0, "questions wait, and need no processes"
    assert workers_for(Context(models=MODEL), 2, 4) == 2


def test_figures_are_told_by_role_and_fit_a_narrow_terminal() -> None:
    usage = Spent(
        roles={
            "failure_analyst": RoleUsage(
                model="a-model-with-a-very-long-name/of-some-maker-72B-instruct",
                questions=1_234,
                calls=1_300,
                input_tokens=12_345_678,
                output_tokens=234_567,
                seconds=4_321.5,
                repairs=40,
                failures={"Malformed": 3, "Unavailable": 1},
                money=12.5,
            ),
            "seeker": RoleUsage(model="[m]", questions=1, calls=1),
        }
    )
    out = io.StringIO()
    print_usage(usage, to=Console(file=out, width=80))
    told = out.getvalue()
    assert max(map(len, told.splitlines())) <= 80
    for words in ("1,234", "1,300", "12,345,678", "4,321.5", "12.50", "[m]", "Malformed", "3 questions"):
        assert words in told
    nothing = io.StringIO()
    print_usage(Spent(), to=Console(file=nothing))
    assert nothing.getvalue() == ""
