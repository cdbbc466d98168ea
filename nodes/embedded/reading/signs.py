"""What does one seeker message show by itself? Phrases, feelings and slots, read once per text and cached."""

from dataclasses import dataclass
from functools import lru_cache

from conversation.seeker import Activity, Need, Scenario
from nodes.embedded.reading import slots
from nodes.embedded.reading.cues import Cues, add_up
from nodes.embedded.reading.feelings import PLEASANT, FeelingWord, emphasis, feelings_in
from nodes.embedded.reading.lexicon import phrases, word_classes, word_set
from nodes.embedded.reading.reactions import Reaction, reactions_in
from nodes.embedded.reading.specificity import content_stems
from nodes.embedded.reading.words import Words, split_sentences, words_of

_SCENARIOS = Cues(phrases("scenarios", Scenario), word_classes("scenarios"))
_ACTIVITIES = Cues(phrases("activities", Activity), word_classes("activities"))
_NEEDS = Cues(phrases("needs", Need), word_classes("needs"))
_FIRST = word_set("words", "first_person")


@dataclass(frozen=True, slots=True)
class Signs:
    """What one seeker message shows. Scores are summed weights of authored phrases.

    Attributes:
        words: The message as words.
        length: Number of words.
        content: Stems of the words that carry content.
        scenarios, activities, needs, reactions: Label → score.
        feelings: The feelings named, in order.
        asks: Whether there is a question mark.
        first_person: How often the seeker speaks of themselves.
        emphasis: How emphatic it is, 0 upwards.
        persons, problem, effort: Slots (`slots.py`).
        problem_field: Scenarios that the words of the problem speak of.
    """

    words: Words
    length: int
    content: frozenset[str]
    scenarios: dict[Scenario, int]
    activities: dict[Activity, int]
    needs: dict[Need, int]
    reactions: dict[Reaction, int]
    feelings: tuple[FeelingWord, ...]
    asks: bool
    first_person: int
    emphasis: int
    persons: tuple[str, ...]
    problem: slots.Problem | None
    problem_field: frozenset[Scenario]
    effort: str

    @property
    def painful(self) -> tuple[FeelingWord, ...]:
        """The painful ones among the feelings."""
        return tuple(feeling for feeling in self.feelings if feeling.emotion not in PLEASANT)


def _shouted(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)


@lru_cache(maxsize=8192)
def signs_of(text: str) -> Signs:
    """Read one seeker message."""
    whole = words_of(text)
    sentences = [words_of(sentence) for sentence in split_sentences(text)]
    problem = slots.problem_in(text)
    return Signs(
        words=whole,
        length=whole.length,
        content=content_stems(text),
        scenarios=add_up(map(_SCENARIOS.find, sentences)),
        activities=add_up(map(_ACTIVITIES.find, sentences)),
        needs=add_up(map(_NEEDS.find, sentences)),
        reactions=reactions_in(sentences),
        feelings=feelings_in(whole),
        asks="?" in whole.known,
        first_person=sum(word in _FIRST for word in whole.words),
        emphasis=emphasis(whole) + 2 * _shouted(text) + min(2, text.count("!")),
        persons=slots.persons_in(text),
        problem=problem,
        problem_field=frozenset(_SCENARIOS.find(words_of(problem.words.replace("your ", "my "))))
        if problem
        else frozenset(),
        effort=slots.effort_in(text),
    )
