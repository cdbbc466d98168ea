"""How is a file of results written? As JSON lines, whole or not at all."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def as_line(value: Any) -> str:
    """JSON on one line, readable as it stands."""
    return json.dumps(value, ensure_ascii=False)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines to a file beside the place and move it there, so that nothing half-written is ever found.

    Raises:
        Usage: the folder does not exist.
    """
    from esc_skills.errors import Usage

    if not path.parent.is_dir():
        raise Usage(f"--output {path}: there is no folder {path.parent}")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
