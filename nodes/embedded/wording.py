"""In which sentences does the embedded supporter make a support move? The templates of `wording.json`.

A template may hold slots, filled with the seeker's own words as the appraiser read them:

- `{problem}`: a noun phrase that fits after 'about' or 'with', such as "the review with your manager";
- `{feeling}`: fits after 'feeling', such as "anxious" or "left out";
- `{person}`: "your manager";
- `{effort}`: past tense, fits after 'you', such as "kept the rota going alone";
- `{quote}`: a few words of the seeker, as they were written; the template brings the quotation marks.

A template can be used only when every slot in it can be filled; each move has some that need none.
"""

import json
from functools import cache
from importlib.resources import files

from conversation.support import SupportMove


@cache
def _all() -> dict[str, tuple[str, ...]]:
    text = (files("nodes.embedded") / "wording.json").read_text(encoding="utf-8")
    return {move: tuple(sentences) for move, sentences in json.loads(text).items()}


def templates(move: SupportMove) -> tuple[str, ...]:
    """All sentence templates for a move, in the order of the file.

    Raises:
        KeyError: the agent never makes this move (`disclose_self`), or it is no move (`unclear`).
    """
    try:
        return _all()[move.value]
    except KeyError:
        raise KeyError(f"the agent has no wording for '{move.value}': it is not a move that it makes") from None
