"""The embedded engine tells what a supporter's sentence does, from its words."""

import pytest

from conversation.support import Strategy
from conversation.support import SupportMove as M
from nodes.embedded.reading.moves import primary_moves, read_moves, read_sentence, split_sentences

ONE_MOVE = [
    (M.ASK_OPENLY, "What has this week been like for you?"),
    (M.ASK_OPENLY, "Can you tell me more about what happened?"),
    (M.ASK_TO_CLARIFY, "Did she know about it before you told her?"),
    (M.ASK_TO_CLARIFY, "Are you still living with your parents?"),
    (M.RESTATE, "So you asked twice, and nobody answered."),
    (M.RESTATE, "If I understand you correctly, it all started in March."),
    (M.REFLECT_FEELING, "It sounds as if you are really worried about her."),
    (M.REFLECT_FEELING, "You seem to be feeling quite alone with this."),
    (M.REFLECT_MEANING, "I wonder whether it also touches how you see yourself."),
    (M.REFLECT_MEANING, "Perhaps what hurts most is that he never asked."),
    (M.VALIDATE, "It makes sense that you are upset."),
    (M.VALIDATE, "Anyone in your place would be hurt."),
    (M.AFFIRM, "It took courage to tell her the truth."),
    (M.AFFIRM, "You should be proud of how you handled that."),
    (M.REASSURE, "Things will get better with time."),
    (M.REASSURE, "I am sure that you will find a way."),
    (M.DISCLOSE_SELF, "When I lost my job I felt the same way."),
    (M.OFFER_VIEW, "Another way to look at it is that he was afraid."),
    (M.OFFER_VIEW, "Could it be that your sister was under strain herself?"),
    (M.REPAIR, "I'm sorry, I think I misunderstood you."),
    (M.INFORM, "Research shows that sleep gets lighter under stress."),
    (M.REFER, "A support group near you could be a good place to start."),
    (M.SUGGEST, "You could try writing him a letter."),
    (M.SUGGEST, "Have you considered talking to your tutor?"),
    (M.SUGGEST, "Maybe take a short walk in the evening."),
    (M.PLAN, "Let's plan one small step for tomorrow together."),
    (M.COACH, "Breathe in slowly, and out for a little longer."),
    (M.RAPPORT, "You're very welcome, take care!"),
]


@pytest.mark.parametrize(("move", "sentence"), ONE_MOVE)
def test_a_sentence_is_read_as_the_move_that_it_makes(move: M, sentence: str) -> None:
    assert read_sentence(sentence) is move


@pytest.mark.parametrize("sentence", ["Purple.", "The bus was green and the sea was flat."])
def test_a_sentence_that_does_nothing_telling_is_unclear(sentence: str) -> None:
    assert read_sentence(sentence) is M.UNCLEAR


def test_moves_come_in_the_order_of_the_sentences_and_unclear_ones_are_left_out() -> None:
    reply = "It makes sense that you are angry. The tram was late. What happened then?"
    assert read_moves(reply) == (M.VALIDATE, M.ASK_OPENLY)


def test_what_stands_between_quotation_marks_is_the_seekers_and_makes_no_move() -> None:
    assert read_sentence("You said “you could try harder”, and that stayed with you.") is not M.SUGGEST


def test_the_seekers_own_words_said_back_are_a_restatement() -> None:
    sentence = "Your manager, the review, the promotion."
    assert read_sentence(sentence) is not M.RESTATE
    assert read_sentence(sentence, seeker_before="My manager gave the promotion away at the review.") is M.RESTATE


def test_a_question_governs_a_reply_that_began_with_sympathy() -> None:
    primary = primary_moves("I'm so sorry to hear that. How are you feeling about it now?")
    assert primary[0].strategy is Strategy.QUESTION
    assert M.VALIDATE in primary


def test_at_most_two_moves_characterise_a_reply() -> None:
    reply = " ".join(sentence for _, sentence in ONE_MOVE[:12])
    assert len(primary_moves(reply)) == 2


def test_a_reply_that_cannot_be_told_has_no_primary_move() -> None:
    assert primary_moves("The blue one stood near the harbour on a flat grey stone.") == ()


def test_missing_apostrophes_and_slang_are_read_like_careful_spelling() -> None:
    assert read_moves("u could try talkin to ur friend") == read_moves("You could try talking to your friend.")


def test_sentences_are_cut_at_their_ends_and_not_at_abbreviations() -> None:
    assert split_sentences("Dr. Lee called. I was out!\nLater?") == ["Dr. Lee called.", "I was out!", "Later?"]


def test_the_stock_of_wording_is_read_as_the_moves_that_it_declares() -> None:
    from nodes.embedded.wording import templates

    slots = {
        "problem": "the review with your manager",
        "feeling": "overwhelmed",
        "person": "your manager",
        "effort": "stayed late every night to finish it",
        "quote": "nobody even noticed",
    }
    moves = [move for move in M if move not in (M.UNCLEAR, M.DISCLOSE_SELF)]
    found = [(move, way) for move in moves for way in templates(move)]
    right = [move in read_moves(way.format_map(slots)) for move, way in found]
    assert sum(right) >= 0.9 * len(right)
