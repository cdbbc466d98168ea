"""What the terminal is told: whole ids, numbers with their nouns, bars that do not carry a total over."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from esc_skills import console, paying
from esc_skills.commands import profiles
from esc_skills.console import counted, indented, next_phase
from esc_skills.paying import accounted
from graphs.context import Context
from skills_bank.errors import BankError


def test_a_number_goes_with_its_noun() -> None:
    assert [counted(number, "call") for number in (0, 1, 2_000)] == ["0 calls", "1 call", "2,000 calls"]


def test_a_phase_without_a_total_does_not_keep_the_last_one() -> None:
    bar = Progress(console=Console(file=io.StringIO()))
    task = bar.add_task("seekers", total=48)
    bar.advance(task, 48)
    next_phase(bar, task, "pairs")
    assert (bar.tasks[0].description, bar.tasks[0].completed, bar.tasks[0].total) == ("pairs", 0, None)
    next_phase(bar, task, "figures", 96)
    assert bar.tasks[0].total == 96


def test_a_paragraph_stands_in_on_every_line() -> None:
    told = Console(file=io.StringIO(), width=20)
    indented("one two three four five six [seven]", to=told)
    lines = told.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) > 1
    assert all(line.startswith("  ") for line in lines)
    assert "[seven]" in lines[-1]


def test_what_went_wrong_is_not_hidden_by_the_account_of_a_run_that_opened_nothing() -> None:
    with pytest.raises(ValueError, match="no known format"), accounted(Context(bank="/nowhere/at/all")):
        raise ValueError("no known format")
    with pytest.raises(BankError):
        _ = paying.spent(Context(bank="/nowhere/at/all"))


def test_the_id_of_a_seeker_stands_whole_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Console(file=io.StringIO(), width=80)
    monkeypatch.setattr(console, "out", told)
    profiles.list_profiles(split="selection")
    lines = told.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert "selection-selfreflection" in "".join(line for line in lines if not line.startswith(" "))
    assert all(len(line) <= 80 for line in lines)
