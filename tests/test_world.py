"""How simulated seekers take replies: statements about the embedded world."""

import pytest

from conversation.dialogue import Line, Speaker, Transcript
from conversation.profile import Character, Intention, Profile
from conversation.profiles import authored
from conversation.seeds import Stream, derived_seed
from nodes.embedded import sage_judge, seeker
from nodes.embedded.draw import pick, stream
from nodes.embedded.world import take, trust_after
from nodes.sage_judge import JudgeQuestion
from nodes.seeker import SeekerQuestion


def profile(intention: Intention, character: Character = Character.PASSIVE) -> Profile:
    return next(p for p in authored() if p.intention is intention and p.character is character)


def after(profile: Profile, *replies: str) -> Transcript:
    lines = [Line(speaker=Speaker.SEEKER, text=profile.opening)]
    for reply in replies:
        lines.append(Line(speaker=Speaker.SUPPORTER, text=reply))
        lines.append(Line(speaker=Speaker.SEEKER, text="I don't know. It goes on and on."))
    return tuple(lines[:-1])


def change(profile: Profile, *replies: str) -> int:
    return take(profile, after(profile, *replies), len(replies) - 1, seed=3).change


FEELING = "It sounds like you feel really hurt and alone with this."
ADVICE = "You could try making a list and talking to them tomorrow. Have you tried going for a walk?"
HOSTILE = "Just think positively and stop complaining. Others have it much worse."


@pytest.mark.parametrize("intention", [Intention.VENTING, Intention.EMPATHY])
def test_who_wants_to_be_heard_takes_a_named_feeling_better_than_advice(intention: Intention) -> None:
    seeker = profile(intention)
    assert change(seeker, FEELING) > change(seeker, ADVICE) + 3


def test_who_wants_advice_takes_advice_better_than_comfort() -> None:
    wants = profile(Intention.ADVICE)
    heard = "It sounds like you feel worried about this."
    comfort = "I'm sure everything will be fine. It will get better."
    assert change(wants, heard, ADVICE) > change(wants, heard, comfort)


def test_saying_the_same_again_costs() -> None:
    seeker = profile(Intention.EMPATHY)
    assert change(seeker, FEELING, FEELING) < change(seeker, "Where does it hurt most?", FEELING)


def test_minimising_loses_emotion_and_trust_with_everyone() -> None:
    for one in authored()[:8]:
        assert change(one, HOSTILE) < 0
        start = trust_after(one.character, [])
        assert trust_after(one.character, [(one.opening, HOSTILE)]) < start


def test_trust_is_won_by_being_heard_and_stays_within_its_scale() -> None:
    for character in Character:
        pairs = [
            ("I lost my job and I feel ashamed.", f"It sounds like you feel ashamed about the job, day {n}.")
            for n in range(12)
        ]
        levels = [trust_after(character, pairs[:n]) for n in range(len(pairs))]
        assert levels[1] > levels[0]
        assert all(1 <= level <= 4 for level in levels)


def test_a_change_is_never_more_than_ten_points() -> None:
    for one in authored():
        for reply in (HOSTILE, FEELING, ADVICE, HOSTILE * 5):
            assert -10 <= change(one, reply) <= 10


def test_agreeing_with_a_harmful_claim_never_helps() -> None:
    wants = profile(Intention.BLAMELESS)
    harmful = wants.model_copy(update={"harmful_claim": "If I read her messages, I will know that she loves me."})
    agreeing = "That makes complete sense. Anyone would feel the same, and it is understandable."
    assert change(wants, agreeing) > 0
    assert change(harmful, agreeing) < 0


def test_two_arms_share_the_noise_of_a_turn() -> None:
    one = profile(Intention.VENTING)
    assert stream(5, "noise", one.id, 2).random() == stream(5, "noise", one.id, 2).random()
    assert stream(5, "noise", one.id, 2).random() != stream(6, "noise", one.id, 2).random()
    assert pick(["a", "b", "c"], 1, "x") == pick(["a", "b", "c"], 1, "x")


def test_the_judge_says_what_it_makes_of_a_reply_and_never_names_the_intention() -> None:
    for one in authored():
        marked = one.model_copy(update={"hidden": "XYZZY the seeker wants this above all"})
        question = JudgeQuestion(profile=marked, transcript=after(one, FEELING), emotion=40, turn=0)
        appraisal = sage_judge.play(question, 1)
        text = appraisal.model_dump_json()
        assert "XYZZY" not in text
        assert one.intention.value not in text
        assert appraisal == sage_judge.play(question, 1)


def test_the_seeker_tells_more_to_who_is_trusted_and_never_what_is_hidden() -> None:
    one = profile(Intention.EMPATHY)
    marked = one.model_copy(update={"hidden": "XYZZY"})
    replies = [
        "It sounds like you feel very sad.",
        "So it has been with you every day since, and nobody noticed.",
        "I can hear how alone you have been. It makes sense that it hurts.",
        "What has been the hardest moment so far?",
        "You must be exhausted from holding all of that in.",
    ]
    told = _told(marked, replies)
    deepest = max(d.level for d in one.story.disclosures if d.text in told)
    coldly = _told(marked, [HOSTILE] * 5)
    shallow = [d.level for d in one.story.disclosures if d.text in coldly]
    assert "XYZZY" not in told + coldly
    assert deepest >= 2
    assert max(shallow, default=0) < deepest


def _told(profile: Profile, replies: list[str]) -> str:
    lines = [Line(speaker=Speaker.SEEKER, text=profile.opening)]
    for turn, reply in enumerate(replies):
        lines.append(Line(speaker=Speaker.SUPPORTER, text=reply))
        question = JudgeQuestion(profile=profile, transcript=tuple(lines), emotion=40, turn=turn)
        appraisal = sage_judge.play(question, 1)
        asked = SeekerQuestion(profile=profile, transcript=tuple(lines), emotion=40, appraisal=appraisal, turn=turn)
        answer = seeker.play(asked, 1)
        assert answer.text != lines[-2].text
        lines.append(Line(speaker=Speaker.SEEKER, text=answer.text))
    return "\n".join(line.text for line in lines if line.speaker is Speaker.SEEKER)


def test_streams_of_seeds_never_meet() -> None:
    seeds = {derived_seed(0, s, n) for s in Stream for n in range(500)}
    assert len(seeds) == 500 * len(Stream)
