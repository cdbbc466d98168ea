"""The embedded distiller: usable, distinct, readable skills that do what helped and warn of what harmed."""

from itertools import product

import pytest

from conversation.dialogue import Line, Speaker
from conversation.seeker import Activity, Emotion, Need, Readiness, RiskTier, SeekerState
from conversation.support import Polarity, ResponseChange, Stage, SupportMove
from nodes.distiller import DistillerQuestion
from nodes.embedded import supporter
from nodes.embedded.distiller import ADVISING, play
from nodes.embedded.distilling import colours, moment_text, move_text
from nodes.embedded.distilling.phrasing import fitting
from nodes.embedded.reading.moves import read_moves
from nodes.supporter import SupporterQuestion
from skills_bank.duplicates import without_duplicates
from skills_bank.lint import lint
from skills_bank.prototype import Prototype
from skills_bank.skill import Requirement, Skill
from skills_bank.tone import EMOTIONS, Tone

MOVES = [m for m in SupportMove if m not in (SupportMove.DISCLOSE_SELF, SupportMove.UNCLEAR)]
ACTIVITIES = [activity for activity in Activity if activity is not Activity.UNCLEAR]


def prototype(
    move: SupportMove,
    helped: int,
    harmed: int,
    *,
    activity: Activity = Activity.SELF_BLAMING,
    need: Need = Need.LISTENING,
    emotions: tuple[Emotion, ...] = (Emotion.GUILT,),
    setback: ResponseChange = ResponseChange.REJECTS,
) -> Prototype:
    return Prototype(
        id=f"{activity}/{move}",
        moment=activity,
        activity=activity,
        moves=(move,),
        needs=() if need is Need.UNCLEAR else (need,),
        emotions=emotions,
        readiness=(Readiness.HEARD,),
        units=tuple(f"{move}-{number}" for number in range(helped + harmed)),
        helped=helped,
        harmed=harmed,
        interval=(0.0, 1.0),
        effect=0.1,
        changes=(ResponseChange.NAMES_FEELING,),
        setbacks=(setback,),
    )


def question(
    helped: tuple[Prototype, ...], harmed: tuple[Prototype, ...] = (), followed_by: tuple[Prototype, ...] = ()
) -> DistillerQuestion:
    return DistillerQuestion(
        skill_id="a-skill",
        helped=helped,
        harmed=harmed,
        followed_by=followed_by,
        source="Made",
        licence="CC-BY-NC-4.0",
    )


BLAME = question(
    helped=(prototype(SupportMove.REFLECT_FEELING, 40, 2), prototype(SupportMove.AFFIRM, 20, 1)),
    harmed=(prototype(SupportMove.SUGGEST, 5, 9),),
    followed_by=(prototype(SupportMove.PLAN, 12, 0, activity=Activity.EASING),),
)


def every_moment() -> list[Skill]:
    skills = []
    for activity, need, tone in product(ACTIVITIES, (Need.UNCLEAR, Need.LISTENING, Need.ADVICE), Tone):
        shown = [
            prototype(move, 30 - place, 2, activity=activity, need=need, emotions=EMOTIONS[tone])
            for place, move in enumerate((SupportMove.VALIDATE, SupportMove.ASK_OPENLY, SupportMove.SUGGEST))
        ]
        asked = question(tuple(shown)).model_copy(update={"skill_id": f"{activity}-{need}-{tone}".replace("_", "-")})
        skills.append(play(asked, 0))
    return skills


def test_a_skill_begins_with_what_helped_most_and_goes_on_with_what_helped_next() -> None:
    skill = play(BLAME, 0)
    assert skill.steps[0].moves[0] is SupportMove.REFLECT_FEELING
    assert SupportMove.AFFIRM in skill.moves
    assert skill.steps[-1].moves[0] is SupportMove.PLAN


def test_a_skill_warns_of_what_harmed_with_its_counts_and_shows_it() -> None:
    skill = play(BLAME, 0)
    assert "9 of 14 went badly" in skill.pitfalls[0].what
    bad = next(example for example in skill.examples if not example.good)
    assert bad.reply == move_text(SupportMove.SUGGEST).misfire


def test_conditions_say_when_and_for_whom() -> None:
    applies = play(BLAME, 0).applies
    assert applies.activities == (Activity.SELF_BLAMING,)
    assert applies.needs == (Need.LISTENING,)
    assert applies.emotions == (Emotion.SHAME, Emotion.GUILT)
    assert applies.readiness == (Readiness.HEARD,)


def test_the_title_can_be_read_and_what_goes_without_saying_is_left_out() -> None:
    assert play(BLAME, 0).title == "When self-blame is loud (wants an ear): name the feeling, then name the effort"
    angry = question((prototype(SupportMove.VALIDATE, 30, 1, activity=Activity.VENTING, emotions=(Emotion.ANGER,)),))
    assert play(angry, 0).title == "When anger pours out: say that it makes sense, then ask openly"


def test_no_skill_opens_with_advice_unless_advice_is_asked_for() -> None:
    only_advice = question((prototype(SupportMove.SUGGEST, 40, 2), prototype(SupportMove.INFORM, 30, 2)))
    skill = play(only_advice, 0)
    assert not set(skill.steps[0].moves) & set(ADVISING)
    assert "Added from general practice: to say back the core" in skill.rationale
    asked = question((prototype(SupportMove.SUGGEST, 40, 2, activity=Activity.ASKING_ADVICE, need=Need.ADVICE),))
    skill = play(asked, 0)
    assert SupportMove.SUGGEST in skill.steps[0].moves
    assert skill.steps[0].moves[0] is not SupportMove.SUGGEST
    assert skill.requires == (Requirement.PERMISSION,)


def test_who_asks_for_advice_is_not_left_without_even_where_none_of_it_helped_in_the_data() -> None:
    told = prototype(SupportMove.RESTATE, 30, 2, activity=Activity.ASKING_ADVICE, need=Need.ADVICE)
    skill = play(question((told,)), 0)
    assert SupportMove.SUGGEST in skill.steps[-1].moves
    assert "to offer one option" in skill.rationale


def test_acting_comes_after_hearing() -> None:
    for skill in every_moment():
        acting = [bool(set(step.moves) & set(ADVISING)) for step in skill.steps]
        if Need.ADVICE not in skill.applies.needs:
            assert acting == sorted(acting), skill.id


def test_every_moment_and_tone_gives_a_skill_that_passes_lint() -> None:
    skills = every_moment()
    assert {problem for skill in skills for problem in lint(skill)} == set()
    assert all(len(skill.title) <= 80 for skill in skills)
    assert all(skill.excludes.tier is RiskTier.CONCERN for skill in skills)


def test_skills_of_different_moments_are_no_near_duplicates() -> None:
    skills = [skill for skill in every_moment() if Need.LISTENING in skill.applies.needs and skill.applies.emotions]
    kept, lines = without_duplicates(skills)
    assert len(kept) == len(skills), lines


@pytest.mark.parametrize("how", ["start", "repair"])
def test_the_supporter_can_say_every_step_even_when_it_knows_nothing_of_the_seeker(how: str) -> None:
    for skill in [play(BLAME, 0), *every_moment()[::9]]:
        for step in skill.steps:
            reply = supporter.play(
                SupporterQuestion(
                    transcript=(Line(speaker=Speaker.SEEKER, text="Hm."),),
                    state=SeekerState(),
                    skill=skill,
                    step_id=step.id,
                    how=how,
                ),
                3,
            )
            assert reply, f"{skill.id}/{step.id}"
            assert "{" not in reply


def test_every_wording_makes_a_move_of_its_step() -> None:
    for skill in [play(BLAME, 0), *every_moment()[::9]]:
        for step in skill.steps:
            for way in step.wording:
                assert set(read_moves(way.replace("{", "").replace("}", ""))) & set(step.moves), way


def test_no_wording_says_the_same_thing_back_twice() -> None:
    for skill in [play(BLAME, 0), *every_moment()[::5]]:
        for step in skill.steps:
            for way in step.wording:
                slots = [word.split("}")[0] for word in way.split("{")[1:]]
                assert len(set(slots)) == len(slots), way


def test_a_step_goes_on_at_progress_and_repairs_at_setbacks() -> None:
    for step in play(BLAME, 0).steps:
        assert {change.polarity for change in step.advance_when} == {Polarity.CONSTRUCTIVE}
        assert {change.polarity for change in step.repair_when} == {Polarity.NEGATIVE}


def test_sentences_about_one_thing_are_not_said_elsewhere() -> None:
    plain = fitting(SupportMove.INFORM, Activity.TELLING, Tone.PLAIN)
    assert not [sentence for sentence in plain if "rief" in sentence]
    assert [s for s in fitting(SupportMove.INFORM, Activity.GRIEVING, Tone.LOW) if "Grief" in s]


def test_the_same_question_gives_the_same_skill_and_another_seed_other_wording_only() -> None:
    assert play(BLAME, 5) == play(BLAME, 5)
    assert play(BLAME, 5).applies == play(BLAME, 6).applies
    assert play(BLAME, 5).steps[0].wording != play(BLAME, 6).steps[0].wording


@pytest.mark.parametrize("move", MOVES)
def test_every_move_that_the_agent_makes_is_described(move: SupportMove) -> None:
    text = move_text(move)
    assert text.actions
    assert text.pitfall.instead
    assert move is SupportMove.RAPPORT or move.stage is not Stage.NONE


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_every_activity_has_an_invented_person_to_whom_it_happens(activity: Activity) -> None:
    text = moment_text(activity)
    assert set(text.slots) == {"problem", "feeling", "person", "effort", "quote"}
    assert Readiness.HEARD in text.before
    said = " ".join((*text.before.values(), *text.toned.values())).lower()
    assert text.slots["quote"].rstrip(".").lower() in said


def test_every_change_that_can_be_expected_or_feared_has_words() -> None:
    for change in ResponseChange:
        if change.polarity is not Polarity.NEUTRAL:
            assert colours().changes[change].done
