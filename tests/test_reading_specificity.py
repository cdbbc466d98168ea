"""How much a reply takes up of what was said, and how much it repeats."""

from nodes.embedded.reading.specificity import content_overlap, similarity, stem

SEEKER = "My manager moved the deadlines again and my colleague laughed."


def test_a_reply_that_takes_up_the_seekers_words_is_specific() -> None:
    specific = content_overlap("So the deadline was moved, and a colleague laughed at it.", SEEKER)
    vague = content_overlap("That sounds really hard. I'm here for you.", SEEKER)
    assert specific > 0.5
    assert vague == 0


def test_all_of_the_seekers_content_words_taken_up_is_one() -> None:
    assert content_overlap(SEEKER, SEEKER) == 1


def test_a_seeker_without_content_words_gives_nothing_to_take_up() -> None:
    assert content_overlap("Tell me more about the weather.", "hi") == 0


def test_light_stems_join_forms_of_a_word() -> None:
    assert stem("deadlines") == stem("deadline")
    assert stem("worried") == stem("worries")


def test_the_same_reply_is_wholly_similar_and_another_is_not() -> None:
    assert similarity("How does that feel?", "how does that feel") == 1
    assert similarity("How does that feel?", "Your landlord owes you an answer.") < 0.1


def test_a_repeated_frame_with_another_word_in_it_is_still_alike() -> None:
    one = "It sounds as if you are feeling sad about the exam, and that is a lot to carry."
    other = "It sounds as if you are feeling sad about the rent, and that is a lot to carry."
    fresh = "Which of these two letters would you want to answer first?"
    assert similarity(one, other) > 0.6 > similarity(one, fresh)


def test_likeness_does_not_depend_on_the_order_of_the_two() -> None:
    a, b = "You could write him a letter.", "Maybe you could write him a short letter tonight."
    assert similarity(a, b) == similarity(b, a)


def test_an_empty_reply_is_like_nothing() -> None:
    assert similarity("", "Hello there.") == 0
