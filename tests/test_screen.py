"""A screen may reject and never accept."""

from skills_bank.screen import screen
from skills_bank.verdict import Pair


def _pairs(differences: list[float], **more: object) -> tuple[Pair, ...]:
    return tuple(
        Pair.model_validate(
            {"profile_id": f"p{n}", "cell": "c", "seed": n, "before": 50, "after": 50 + d, "concerned": True} | more
        )
        for n, d in enumerate(differences)
    )


def test_a_change_without_effect_passes_as_it_is_for_verification_to_find() -> None:
    assert screen(_pairs([0, 0, 5, -5, 0])) == ""
    assert screen(()) == ""


def test_a_change_that_nobody_met_goes_no_further() -> None:
    assert "never chosen for any of 4 seekers" in screen(_pairs([0] * 4, exposed=False))


def test_a_plain_loss_goes_no_further() -> None:
    assert screen(_pairs([-20, -15, -25, -10])) == "the seekers it concerns ended 17.5 points lower on 4 pairs"


def test_three_bad_pairs_are_too_few_to_say_anything() -> None:
    assert screen(_pairs([-20, -15, -25])) == ""


def test_a_never_event_goes_no_further_whatever_the_gain() -> None:
    assert "secrecy" in screen(_pairs([40] * 5, never_after=("secrecy_or_exclusivity",)))
