"""How does a step say it? Sentences of the common stock, one for each move, joined and fitting to the moment."""

import re

from conversation.seeker import Activity
from conversation.support import SupportMove
from nodes.embedded.draw import stream
from nodes.embedded.wording import templates
from skills_bank.tone import Tone

WAYS = 5
"""Ways that a step offers: enough that a supporter need not repeat itself."""

_SLOT = re.compile(r"\{(\w+)\}")

# Some sentences speak of one thing and are out of place elsewhere.
_SPEAKS_OF: dict[str, set[Activity | Tone]] = {
    "grief": {Activity.GRIEVING},
    "worr": {Activity.WORRYING, Tone.WORRIED},
    "criticism": {Activity.SELF_BLAMING, Tone.ASHAMED},
    "sleep": {Activity.OVERWHELMED},
    "fail": {Activity.SELF_BLAMING, Tone.ASHAMED},
    "days or the nights": {Activity.GRIEVING, Activity.WORRYING, Tone.LOW},
    "no hurry": {Activity.GUARDED},
    "hello": {Activity.GUARDED},
}


def wordings(
    moves: tuple[SupportMove, ...], activity: Activity, tone: Tone, seed: int, *what: object
) -> tuple[str, ...]:
    """Ways to make these moves, in their order; the last needs no slot: there is always something to say."""
    stocks = [fitting(move, activity, tone) for move in moves]
    draw = stream(seed, "wording", *what)
    shuffled = [draw.sample(stock, len(stock)) for stock in stocks]
    ways = [_joined(shuffled, number) for number in range(WAYS - 1)]
    plain = [next((sentence for sentence in stock if "{" not in sentence), "") for stock in shuffled]
    return tuple(dict.fromkeys([*ways, " ".join(sentence for sentence in plain if sentence)]))


def _joined(stocks: list[list[str]], number: int) -> str:
    """One sentence of each stock; none that says back what one before it said back, where there is another."""
    said: set[str] = set()
    parts: list[str] = []
    for stock in stocks:
        turned = [*stock[number % len(stock) :], *stock[: number % len(stock)]]
        chosen = next((sentence for sentence in turned if not said & set(_SLOT.findall(sentence))), turned[0])
        said |= set(_SLOT.findall(chosen))
        parts.append(chosen)
    return " ".join(parts)


def fitting(move: SupportMove, activity: Activity, tone: Tone) -> list[str]:
    """The sentences for a move that suit the moment."""
    here: set[Activity | Tone] = {activity, tone}
    return [
        sentence
        for sentence in templates(move)
        if all(word not in sentence.lower() or here & about for word, about in _SPEAKS_OF.items())
    ]


def worked_reply(
    moves: tuple[SupportMove, ...], activity: Activity, tone: Tone, slots: dict[str, str], seed: int
) -> str:
    """One reply for an example, its slots filled with what the invented person said; no slot is used twice."""
    parts: list[str] = []
    used: set[str] = set()
    for move in moves:
        stock = fitting(move, activity, tone)
        fresh = [sentence for sentence in stock if not used & set(_SLOT.findall(sentence))]
        slotted = [sentence for sentence in fresh if set(_SLOT.findall(sentence)) & {"problem", "effort", "quote"}]
        chosen = stream(seed, "example", activity, tone, move).choice(slotted or fresh or stock)
        used |= set(_SLOT.findall(chosen))
        text = chosen.format_map(slots)
        parts.append(text[:1].upper() + text[1:])
    return " ".join(parts)
