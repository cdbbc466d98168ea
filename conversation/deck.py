"""Which story, person and first message does each seeker of a stream get? Dealt like cards, none comes twice.

Drawn freely, a tenth of 500 seekers shared all three with another. A deck holds every story equally often; seeker `i`
of a block gets the `i`-th card, or, where that story makes no sense with the seeker's intention, a card of their own
from a second deck of stories that make sense with every intention. So a seeker is found without those before.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple


class Card(NamedTuple):
    """Places in the generator's lists: a story, one of its openings, one of the people whom it could befall."""

    story: int
    opening: int
    persona: int


class Deal(NamedTuple):
    """The two cards of one seeker."""

    first: Card
    other: Card
    """Its story makes sense with every intention."""


def deal(
    rng: random.Random, size: int, kinds: Sequence[tuple[int, int]], universal: Sequence[bool]
) -> tuple[Deal, ...]:
    """The deals of a block: no card is in it twice.

    Args:
        rng: Where the order comes from.
        size: How many seekers the block has.
        kinds: For each story, how many openings it has and how many people it could befall.
        universal: For each story, whether it makes sense with every intention.

    Raises:
        ValueError: there are not enough different cards for so many seekers.
    """
    piles = [_pile(rng, story, openings, people) for story, (openings, people) in enumerate(kinds)]
    first = _in_turn(rng, piles, size)
    other = _in_turn(rng, [pile for pile, fits in zip(piles, universal, strict=True) if fits], size)
    return tuple(Deal(*cards) for cards in zip(first, other, strict=True))


def _pile(rng: random.Random, story: int, openings: int, people: int) -> list[Card]:
    pile = [Card(story, opening, persona) for opening in range(openings) for persona in range(people)]
    rng.shuffle(pile)
    return pile


def _in_turn(rng: random.Random, piles: Sequence[list[Card]], size: int) -> list[Card]:
    """Cards from every pile in turn, taken off it, as long as it has some; then shuffled."""
    taken: list[Card] = []
    while len(taken) < size:
        before = len(taken)
        for pile in rng.sample(piles, len(piles)):
            if pile and len(taken) < size:
                taken.append(pile.pop())
        if len(taken) == before:
            raise ValueError(f"{size} seekers need more different stories, openings and people than there are")
    rng.shuffle(taken)
    return taken
