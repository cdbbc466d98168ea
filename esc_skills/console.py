"""Where does output go? Results to standard output, progress and notes to standard error."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """JSON for other programs: no colour, no wrapping."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on standard error, gone when the work is done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        yield bar


def next_phase(bar: Progress, task: TaskID, description: str, total: int | None = None) -> None:
    """Begin the bar anew for the next thing that is done; without a total it is not known how long it takes."""
    next(each for each in bar.tasks if each.id == task).total = None  # `reset` takes None for "as it was"
    bar.reset(task, description=description, total=total)


def indented(text: str, *, style: str = "", to: Console | None = None) -> None:
    """A paragraph that stands in by two, also where it goes on in the next line."""
    (to or out).print(Padding(Text(text, style=style), (0, 0, 0, 2), expand=False))


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 call, 2 calls."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def named(identifier: str, title: str) -> str:
    """A cell for tables: the id whole, since other commands ask for it, and the title beneath."""
    return f"[bold]{escape(identifier)}[/]\n{escape(title)}"


def points(value: float | None, *, sign: bool = False) -> str:
    """Emotion points with one decimal; a dash for what was not measured."""
    if value is None:
        return "–"
    return f"{value:+.1f}" if sign else f"{value:.1f}"


def percent(value: float | None) -> str:
    """A share as per cent; a dash for what was not measured."""
    return "–" if value is None else f"{value:.0%}"
