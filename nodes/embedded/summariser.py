"""How does the embedded engine sum up lines? Trouble, people and feelings, and a few of the seeker's own clauses.

It extracts and invents nothing: every word of content is one that the seeker wrote.
"""

import re
from collections.abc import Iterable

from conversation.dialogue import Speaker
from nodes.embedded.reading.signs import signs_of
from nodes.embedded.reading.states import read_state
from nodes.embedded.supporter import quote
from nodes.summariser import LONGEST_SUMMARY, Summary, SummaryQuestion

_QUOTED = re.compile(r"“([^”]+)”")

MOST_NAMED = 4
"""Problems, and efforts, that one stretch is remembered by."""
MOST_QUOTES = 3
"""Clauses taken over from one stretch of lines: those of the messages that say most of what hurts."""


def play(question: SummaryQuestion, seed: int) -> Summary:
    """The summary so far, with this stretch behind it; the oldest sentences go first when it grows too long.

    `seed` changes nothing: the same lines are always summed up the same way.
    """
    told = " ".join(part for part in (question.earlier, _stretch(question)) if part)
    return Summary(text=_newest(told, LONGEST_SUMMARY))


def _stretch(question: SummaryQuestion) -> str:
    said = [line.text for line in question.transcript if line.speaker is Speaker.SEEKER]
    signs = [signs_of(text) for text in said]
    problems = dict.fromkeys(sign.problem.words for sign in signs if sign.problem)
    efforts = dict.fromkeys(sign.effort for sign in signs if sign.effort)
    state = read_state(question.transcript)
    about = [f"The seeker spoke of {_listed(problems)}." if problems else ""]
    named = dict.fromkeys(person for sign in signs for person in sign.persons)
    others = [person for person in named if not any(person in problem for problem in problems)]
    if others:
        about.append(f"They named {_listed(others)}.")
    if state.feeling:
        about.append(f"They felt {state.feeling}.")
    if efforts:
        about.append(f"They {_listed(efforts)}.")
    about.extend(f"They wrote: “{clause}”." for clause in _clauses(said))
    return " ".join(part for part in about if part) or "The seeker said little."


def _listed(words: Iterable[str]) -> str:
    return ", ".join(_as_theirs(phrase) for phrase in list(words)[:MOST_NAMED])


def own_words(summary: str) -> str:
    """The seeker's own clauses in a summary, for whoever reads it by rules made for a seeker's words."""
    return " ".join(f"{clause}." for clause in _QUOTED.findall(summary))


def _clauses(said: list[str]) -> list[str]:
    telling = sorted(said, key=lambda text: -sum(feeling.strength for feeling in signs_of(text).painful))
    return [clause for clause in map(quote, telling) if clause][:MOST_QUOTES]


def _as_theirs(words: str) -> str:
    """Slots are written to the seeker ("your manager"); a summary is written about them."""
    return f" {words} ".replace(" your ", " their ").replace(" you ", " they ").strip()


def _newest(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    cut = text[-most:]
    at = cut.find(". ")
    return cut[at + 2 :] if at >= 0 else cut
