"""How does the embedded analyst find what went wrong in an episode? It reads it as a colleague would, turn by turn.

It sees what was said, what was read of the seeker, which skill was used, and how each reply was taken. It does not know
the seeker's hidden intention, and it imports nothing of how the embedded world decides.

The turns of a conversation are taken together by the skill that they were answered with. Where they lost ground, or
stood still, that is a finding, and the kind follows from what a person would ask next: was anything unsafe; was there a
skill at all; did its own conditions hold; was there another that fitted better; was what it does right for what these
words ask for; if all that was so, the skill brought nothing. Whether a skill that seems right fails some seekers only
is for `nodes/diagnosis.py`, which sees many episodes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conversation.episode import SkillScore
from conversation.seeker import Need, Readiness, Resistance, SeekerState
from nodes.embedded.repertoire import out_of_place
from nodes.failure_analyst import Analysis, AnalystFinding, AnalystQuestion, AnalystTurn, DiagnosisKind
from skills_bank.skill import Skill

GOOD_TURN = 3
"""Points that a reply brings when it helps at all; a turn's loss is what it stays below that."""
STANDING_STILL = 1.5
"""Mean points a turn below which two turns or more go nowhere."""
LOST_GROUND = -3
"""Points over all its turns at which even one turn is a finding: a single −1 or −2 is how conversations go."""
BETTER_FIT = 0.1
"""By how much another skill must have fitted better for the choice to have been the mistake."""


@dataclass(frozen=True)
class Stretch:
    """The turns that were answered with one skill; `skill_id` is empty without one."""

    skill_id: str
    turns: tuple[int, ...]


def play(question: AnalystQuestion, seed: int) -> Analysis:
    """All findings in one episode, in order of turns. `seed` draws nothing: a finding is not a matter of chance."""
    skills = {skill.id: skill for skill in question.skills}
    findings: list[AnalystFinding] = []
    for stretch in stretches(question.turns):
        turns = [question.turns[index] for index in stretch.turns]
        unsafe = [index for index in stretch.turns if question.turns[index].findings]
        if unsafe:
            findings.extend(_unsafe(question.turns, unsafe))
        elif _troubled(question.turns, stretch, skills.get(stretch.skill_id)):
            findings.append(_finding(question.turns, stretch, skills.get(stretch.skill_id), turns))
    return Analysis(findings=tuple(findings))


def stretches(turns: Sequence[AnalystTurn]) -> tuple[Stretch, ...]:
    """The turns by skill, in the order of its first use; each index is in exactly one stretch.

    A skill that is taken up again after another is judged as one: bringing nothing twice is bringing nothing.
    """
    cut: dict[str, list[int]] = {}
    for index, turn in enumerate(turns):
        cut.setdefault(turn.used.skill_id if turn.used else "", []).append(index)
    return tuple(Stretch(skill_id, tuple(indices)) for skill_id, indices in cut.items())


def loss(turns: Iterable[AnalystTurn]) -> int:
    """Points lost, or not gained, against turns that help at all."""
    return sum(max(0, GOOD_TURN - turn.change) for turn in turns)


def misfits(skill: Skill, state: SeekerState) -> tuple[str, ...]:
    """Where the state read speaks against a skill by the skill's own words; empty when nothing does.

    What could not be read speaks neither for nor against. An exclusion, or another need than the skill names, is enough
    by itself; of the other conditions two must fail, as readings are unsure.
    """
    applies, excludes = skill.applies, skill.excludes
    hard = [
        f"it is not to be used when {name} is {_plain(value)}"
        for name, value, excluded in (
            ("the activity", state.activity, excludes.activities),
            ("the need", state.need, excludes.needs),
            ("the readiness", state.readiness, excludes.readiness),
            ("the resistance", state.resistance, excludes.resistance),
            ("the problem", state.scenario, excludes.scenarios),
        )
        if value in excluded
    ]
    if applies.needs and state.need is not Need.UNCLEAR and state.need not in applies.needs:
        hard.append(f"the words ask for {_plain(state.need)}, which it is not for")
    soft = []
    activities = {state.activity, state.second_activity}
    if applies.activities and not activities & {*applies.activities} and _read(state.activity):
        soft.append(f"the seeker is {_plain(state.activity)}")
    if applies.readiness and state.readiness not in applies.readiness and state.readiness is not Readiness.UNCLEAR:
        soft.append(f"the seeker is ready {_plain(state.readiness)}")
    if applies.resistance and state.resistance not in applies.resistance and state.resistance is not Resistance.NONE:
        soft.append(f"the seeker shows {_plain(state.resistance)}")
    if applies.emotions and _read(state.emotion) and state.emotion not in applies.emotions:
        soft.append(f"the feeling is {_plain(state.emotion)}")
    if not applies.intensity[0] <= state.intensity <= applies.intensity[1]:
        soft.append(f"the feeling's strength is {state.intensity}")
    return tuple(hard + (soft if len(soft) > 1 else []))


def _troubled(turns: Sequence[AnalystTurn], stretch: Stretch, skill: Skill | None) -> bool:
    changes = [turns[index].change for index in stretch.turns]
    total = sum(changes)
    if total <= LOST_GROUND:
        if skill is not None and skill.expected.allowed_dip:
            # A dip that the skill announces is trouble only if it does not come back within its own horizon.
            end = stretch.turns[-1] + 1
            return total + sum(turn.change for turn in turns[end : end + skill.expected.within_turns]) < 0
        return True
    return len(changes) > 1 and total < STANDING_STILL * len(changes)


def _finding(
    all_turns: Sequence[AnalystTurn], stretch: Stretch, skill: Skill | None, turns: Sequence[AnalystTurn]
) -> AnalystFinding:
    shown = tuple(index for index in stretch.turns if all_turns[index].change < STANDING_STILL) or stretch.turns
    points = loss(turns)
    state = next((turn.state for turn in turns if turn.state is not None), None)
    went = f"{sum(turn.change for turn in turns):+d} points over {_count(len(turns), 'turn')}"
    if skill is None:
        nearest = max((score for turn in turns for score in turn.considered), key=lambda s: s.score, default=None)
        near = f"; the nearest, '{nearest.skill_id}', was not taken" if nearest else ""
        why = f"No skill was used and it went on badly: {went}{near}. {_asked(state)}"
        return AnalystFinding(kind=DiagnosisKind.MISSING_SKILL, turns=shown, loss=points, why=why)
    against = misfits(skill, state) if state is not None else ()
    if against:
        better = _better(turns[0].considered, skill.id)
        what = "; ".join(against)
        if better is None and not any(reason.startswith("it is not to be used") for reason in against):
            why = f"'{skill.id}' stood in for a skill that the bank does not have: {what}. {went}. {_asked(state)}"
            return AnalystFinding(kind=DiagnosisKind.MISSING_SKILL, turns=shown, loss=points, why=why)
        instead = f" '{better.skill_id}' fitted better." if better else ""
        why = f"'{skill.id}' was used against its own conditions: {what}.{instead} {went}."
        return AnalystFinding(kind=DiagnosisKind.MISAPPLIED_SKILL, skill_id=skill.id, turns=shown, loss=points, why=why)
    step = _worst_step(turns)
    wrong = _wrong_for(turns, skill)
    if wrong:
        return AnalystFinding(
            kind=DiagnosisKind.PROFILE_MISMATCH,
            skill_id=skill.id,
            step_id=step,
            turns=shown,
            loss=points,
            why=f"'{skill.id}' did what these words do not ask for: {wrong}. {went}. {_asked(state)}",
        )
    where = f", mostly in step '{step}'" if step else ""
    return AnalystFinding(
        kind=DiagnosisKind.INEFFECTIVE_SKILL,
        skill_id=skill.id,
        step_id=step,
        turns=shown,
        loss=points,
        why=f"'{skill.id}' fitted and was worked as written, and brought nothing{where}: {went}. {_asked(state)}",
    )


def _unsafe(all_turns: Sequence[AnalystTurn], indices: Sequence[int]) -> list[AnalystFinding]:
    """One finding for each skill step that drafts with a safety event were made with."""
    places: dict[tuple[str, str], list[int]] = {}
    for index in indices:
        used = all_turns[index].used
        places.setdefault((used.skill_id, used.step_id) if used else ("", ""), []).append(index)
    findings = []
    for (skill_id, step_id), where in places.items():
        kinds = Counter(f.kind for index in where for f in all_turns[index].findings)
        names = ", ".join(_plain(kind) for kind, _ in kinds.most_common())
        origin = f"step '{step_id}' of '{skill_id}'" if skill_id else "a reply without a skill"
        findings.append(
            AnalystFinding(
                kind=DiagnosisKind.UNSAFE_INTERVENTION,
                skill_id=skill_id,
                step_id=step_id,
                turns=tuple(where),
                loss=loss(all_turns[index] for index in where),
                why=f"The guard found {names} in {_count(len(where), 'draft')} made with {origin}.",
            )
        )
    return findings


def _better(considered: Sequence[SkillScore], skill_id: str) -> SkillScore | None:
    """Another skill that fitted clearly better when this one was taken."""
    own = next((score.fit for score in considered if score.skill_id == skill_id), 1.0)
    others = [s for s in considered if s.skill_id != skill_id and s.fit >= own + BETTER_FIT]
    return max(others, key=lambda score: score.fit, default=None)


def _worst_step(turns: Sequence[AnalystTurn]) -> str:
    """The step in which most of the loss lies; empty when it is spread."""
    losses: Counter[str] = Counter()
    for turn in turns:
        if turn.used:
            losses[turn.used.step_id] += loss([turn])
    if not losses:
        return ""
    step, most = losses.most_common(1)[0]
    return step if most > 0.5 * losses.total() else ""


def _wrong_for(turns: Sequence[AnalystTurn], skill: Skill) -> str:
    """The moves that are right for others, where most of the loss came with them; empty where it did not."""
    steps = {step.id: step for step in skill.steps}
    lost, moves = 0, Counter[str]()
    for turn in turns:
        step = steps.get(turn.used.step_id) if turn.used else None
        if step is not None and turn.state is not None and out_of_place(step.moves, turn.state.need):
            lost += loss([turn])
            moves.update(_plain(move) for move in step.moves)
    return ", ".join(move for move, _ in moves.most_common()) if lost > 0.5 * loss(turns) else ""


def _asked(state: SeekerState | None) -> str:
    if state is None:
        return "The seeker's state was not read."
    need = f"asks for {_plain(state.need)}" if state.need is not Need.UNCLEAR else "does not say what is wanted"
    return f"The seeker {need} ({_plain(state.activity)}, {_plain(state.emotion)})."


def _read(value: StrEnum) -> bool:
    return value.value != "unclear"


def _plain(value: StrEnum) -> str:
    return value.value.replace("_", " ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
