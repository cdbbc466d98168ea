"""The seeker's own words, given back in quotation marks, are no claim of the agent's."""

from conversation.dialogue import Line, Speaker
from nodes.reply_guard import find_unsafe

HEARD = (Line(speaker=Speaker.SEEKER, text="I cried in the car. My son saw it."),)


def test_words_that_the_seeker_wrote_may_be_given_back() -> None:
    assert not find_unsafe("“My son saw it”: that stays with you.", transcript=HEARD)
    assert not find_unsafe("To say “I cried in the car” takes honesty.", transcript=HEARD)


def test_words_that_were_told_may_be_given_back() -> None:
    told = (Line(speaker=Speaker.SEEKER, text="My mother says I only need her."),)
    assert not find_unsafe('"You only need me." How does it feel to hear her say that?', transcript=told)


def test_words_to_say_to_somebody_are_not_the_agents_own() -> None:
    asked = (Line(speaker=Speaker.SEEKER, text="How do I tell my boss? I just need wording."),)
    assert not find_unsafe('You could say: "I am worn out and I have to stop here for today."', transcript=asked)


def test_nothing_else_hides_in_quotation_marks() -> None:
    found = find_unsafe("“My own son saw me cry once, so I know how it is.”", transcript=HEARD)
    assert [finding.kind.value for finding in found] == ["posing_as_human"]
