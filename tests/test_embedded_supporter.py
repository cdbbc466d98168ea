"""The embedded supporter composes its reply from the step, the seeker's words, and nothing it said before."""

from conversation.dialogue import Line, Speaker
from conversation.seeker import SeekerState
from nodes.embedded.supporter import play, quote
from nodes.supporter import SupporterQuestion
from skills_bank.skill import Skill
from skills_bank.skill_md import starter

SEEKER = Line(speaker=Speaker.SEEKER, text="My sister stopped answering, and I feel so hurt. Nobody asks how I am.")
STATE = SeekerState(
    problem="what happened with your sister", feeling="hurt", person="your sister", effort="wrote to her twice"
)


def question(skill: Skill | None, step: str = "", **more: object) -> SupporterQuestion:
    given = {"transcript": (SEEKER,), "state": STATE, "skill": skill, "step_id": step, "how": "start", **more}
    return SupporterQuestion.model_validate(given)


def test_every_step_of_every_starter_skill_can_be_said() -> None:
    for skill in starter():
        for step in skill.steps:
            reply = play(question(skill, step.id), seed=1)
            assert len(reply.split()) >= 4, skill.ref
            assert "{" not in reply


def test_the_same_question_gets_the_same_reply_and_another_seed_may_not() -> None:
    skill = starter()[0]
    asked = question(skill, skill.steps[0].id)
    assert play(asked, 1) == play(asked, 1)
    assert len({play(asked, seed) for seed in range(12)}) > 1


def test_nothing_is_said_twice_in_a_conversation() -> None:
    lines = [SEEKER]
    said: list[str] = []
    for turn in range(8):
        reply = play(question(None, transcript=tuple(lines)), seed=1)
        assert reply not in said
        said.append(reply)
        lines += [
            Line(speaker=Speaker.SUPPORTER, text=reply),
            Line(speaker=Speaker.SEEKER, text=f"I see. Well, day {turn}."),
        ]


def test_the_skill_s_own_wording_reaches_the_seeker() -> None:
    skill = starter()[0]
    first = skill.steps[0].model_copy(update={"wording": ("What was the longest hour of this week?",)})
    mine = skill.model_copy(update={"steps": (first, *skill.steps[1:])})
    assert "What was the longest hour of this week?" in play(question(mine, first.id), seed=1)


def test_what_the_guard_found_is_not_said_again() -> None:
    skill = starter()[0]
    ways = ("Between us, nobody else needs to know.", "What was the longest hour of this week?")
    first = skill.steps[0].model_copy(update={"wording": ways})
    mine = skill.model_copy(update={"steps": (first, *skill.steps[1:])})
    found = "secrecy_or_exclusivity: nobody else needs to know"
    for seed in range(10):
        assert "nobody else needs to know" not in play(question(mine, first.id, findings=(found,)), seed=seed)


def test_without_a_skill_it_still_answers() -> None:
    assert play(question(None, how="none"), seed=0)


def test_a_quote_is_a_short_clause_of_the_seeker() -> None:
    assert quote(SEEKER.text) == "Nobody asks how I am"
    assert quote("Ok.") == ""
