"""What will simulated conversations, or an evolution run, ask of language models? Measured on embedded conversations.

The embedded engine plays a few conversations with the real prompts, questions and skills; what each role was asked
there, and how its questions grew from turn to turn, is carried over to the conversations of the run.
"""

import json
from collections.abc import Sequence
from typing import Any

from conversation.episode import FAILURE_BELOW, LARGEST_CHANGE, START_EMOTION, Episode
from conversation.profile import Profile, Split
from conversation.profiles import authored, profile
from conversation.seeds import Stream, derived_seed
from graphs.context import Context, EvolutionContext
from graphs.simulation import Job, play_one
from nodes.agent import Agent
from nodes.appraiser import APPRAISER
from nodes.chat import Chat
from nodes.diagnosis import question_of
from nodes.embedded.engine import PLAYERS
from nodes.errors import ChatError
from nodes.estimate import Counts, Estimate, RoleEstimate, priced, tokens
from nodes.failure_analyst import FAILURE_ANALYST
from nodes.models import Models
from nodes.risk_reader import CRISIS_GATE
from nodes.seam.answers import schema_of
from nodes.seam.ladder import SCHEMA_NOTE
from nodes.skill_proposer import SKILL_PROPOSER
from nodes.usage import Budget, RoleUsage, Usage
from skills_bank.skill import Skill

SAMPLE = 4
"""Conversations played to measure."""

DIFFERENCE = 0.1
"""Seekers differ in how much they say: by so much others may stay below those that were measured."""

WORDIER = 4
"""A language model writes up to four times as much as the embedded engine, whose replies have some 30 tokens."""

GATE_ANSWER = (30, 120)
"""Tokens of the crisis gate's answer: tier, kinds and signs. The embedded engine does not play this role."""

HOW = (
    "Measured on {count} conversations that the embedded engine played with the same prompts, profiles and bank.",
    "Least: conversations of {shortest} turns, the fewest in which the emotion can fall below {failure}; four bytes a "
    "token, less a tenth, as seekers differ.",
    "Most: all {longest} turns; three bytes a token; the JSON schema in every prompt; answers, and what they add to "
    "later questions, {wordier} times as long as the embedded engine's.",
    "Retries, repair turns and tokens of thinking come on top.",
)


def conversations(context: Context, profiles: Sequence[Profile], count: int) -> Estimate:
    """What so many conversations with these seekers will ask.

    Args:
        context: Of the conversations.
        profiles: Who is simulated; the first few of them are measured.
        count: Conversations in all.
    """
    return _estimate(context, profiles, (count, count), {})


def evolution(context: EvolutionContext) -> Estimate:
    """What an evolution run will ask: the least if nothing is ever proposed, the most if every limit is reached."""
    train = [seeker for seeker in authored() if seeker.split is Split.TRAIN]
    chosen = [profile(name) for name in context.profiles] if context.profiles else train
    round_ = len(chosen) * context.seeds
    verified = min(context.tests, context.rounds * context.proposals)
    for_verdicts = verified * 2 * (context.screen + context.pairs + context.others)
    audits = verified // context.audit_every * 2 * context.audit
    most = context.rounds * round_ + for_verdicts + audits + 2 * context.report
    episodes = (round_ + context.report, most)
    if context.episodes is not None:
        episodes = (min(episodes[0], context.episodes), min(episodes[1], context.episodes))
    asked = {
        FAILURE_ANALYST.role: (round_, context.rounds * round_),
        SKILL_PROPOSER.role: (0, context.rounds * context.proposals),
    }
    return _estimate(context, chosen, episodes, asked)


def _estimate(context: Context, profiles: Sequence[Profile], episodes: Counts, analysed: dict[str, Counts]) -> Estimate:
    models = context.models or Models.from_environment()
    if models.embedded:
        return Estimate(episodes=episodes)
    # Seekers whom only language models can play are measured on others: the questions are of the same kind.
    sample = ([each for each in profiles if not each.unplayable] or list(authored()))[:SAMPLE]
    played, short = _played(context, sample, context.turn_limit), _played(context, sample, min(2, context.turn_limit))
    turns = sum(len(episode.turns) for episode in played[0]) / len(sample)
    if not turns:
        raise ValueError(f"nothing to measure: the embedded engine could not play these seekers ({played[0][0].error})")
    least = min(context.turn_limit, (START_EMOTION - FAILURE_BELOW) // LARGEST_CHANGE + 1)
    roles: dict[str, RoleEstimate] = {}
    sizes = {
        role: _Size(usage, short[1].roles.get(role, RoleUsage()), len(sample))
        for role, usage in played[1].roles.items()
    }
    if models.configured(CRISIS_GATE.role) and APPRAISER.role in sizes:
        sizes[CRISIS_GATE.role] = sizes[APPRAISER.role].instead(APPRAISER.prompt, CRISIS_GATE.prompt, GATE_ANSWER)
    for role, size in sizes.items():
        if models.configured(role):
            low = size.of(size.questions / turns * least, wordier=1)
            high = size.of(size.questions / turns * context.turn_limit, wordier=WORDIER, form=_form(role))
            roles[role] = _times(models, role, episodes, low, high)
    for role, questions in _analysis(played[0], _embedded(context).resources.view.skills(), analysed).items():
        if models.configured(role):
            roles[role] = _times(models, role, analysed[role], *questions)
    words = {
        "count": len(sample),
        "shortest": least,
        "failure": FAILURE_BELOW,
        "longest": context.turn_limit,
        "wordier": WORDIER,
    }
    how = [line.format_map(words) for line in HOW]
    if analysed:
        how.append("Conversations: from one round in which nothing is proposed, to every limit of the run reached.")
    return Estimate(roles=roles, episodes=episodes, how=tuple(how))


_Calls = tuple[float, float, float]
"""Calls, input tokens and output tokens of one conversation or one question."""


class _Size:
    """How a role's questions grow: input of the n-th is `first + growth × (n − 1)`, in the engine's tokens."""

    def __init__(self, long: RoleUsage, short: RoleUsage, conversations: int) -> None:
        self.questions = long.questions / conversations
        mean, few = long.input_tokens / long.questions, max(1, short.questions)
        gap = (long.questions - short.questions) / conversations / 2
        # The mean of n questions is that of the (n + 1) / 2-th: two lengths of conversation give first and growth.
        start = short.input_tokens / few if short.questions else mean
        self.growth = max(0.0, (mean - start) / gap) if gap > 0 else 0.0
        self.first = mean - self.growth * (self.questions - 1) / 2
        self.answer: tuple[float, float] = (long.output_tokens / long.questions,) * 2

    def of(self, questions: float, *, wordier: int, form: int = 0) -> _Calls:
        """So many questions of one conversation, to models that write so many times as much and are told the form."""
        n = max(1.0, questions)
        asked = n * (self.first + form) + self.growth * wordier * n * (n - 1) / 2
        return n, asked, n * (self.answer[0] if wordier == 1 else self.answer[1] * wordier)

    def instead(self, prompt: str, other: str, answer: Counts) -> "_Size":
        """The same questions under another prompt."""
        size = object.__new__(_Size)
        size.questions, size.growth = self.questions, self.growth
        size.first = self.first + tokens(other)[0] - tokens(prompt)[0]
        size.answer = (float(answer[0]), answer[1] / WORDIER)
        return size


def _played(context: Context, profiles: Sequence[Profile], turns: int) -> tuple[list[Episode], Usage]:
    """Conversations of the embedded engine under these settings, and what its roles were asked."""
    embedded = _embedded(context).but(turn_limit=turns)
    chat = embedded.resources.chat
    before = chat.usage
    episodes = [
        play_one(Job(profile=each, seed=derived_seed(context.seed, Stream.SIMULATE, each.id), context=embedded))
        for each in profiles
    ]
    return episodes, chat.usage.since(before)


def _embedded(context: Context) -> Context:
    """The same settings, played by the embedded engine alone: nothing of the real models is opened or spent."""
    return context.but(models=Models(), budget=Budget(), record=None, replay=None)


def _analysis(
    episodes: Sequence[Episode], skills: Sequence[Skill], wanted: dict[str, Counts]
) -> dict[str, tuple[_Calls, _Calls]]:
    """Sizes of one question to analyst and proposer, from the sample and from the skills of the bank."""
    if not wanted:
        return {}
    chat = Chat(Models())
    for number, episode in enumerate(episodes):
        question = question_of(episode, f"sample-{number}", skills)
        if question is not None:
            try:
                chat.ask(FAILURE_ANALYST, question)
            except ChatError:
                continue  # its size is missing from the mean, and that is all
    usage = chat.usage.roles.get(FAILURE_ANALYST.role, RoleUsage(questions=1))
    asked, answered = usage.input_tokens / usage.questions, usage.output_tokens / usage.questions
    texts = [skill.model_dump_json() for skill in skills]
    low, high = tokens(SKILL_PROPOSER.prompt + "".join(texts))
    one = sum(len(text) for text in texts) / max(1, len(texts)) / 4
    return {
        FAILURE_ANALYST.role: ((1, asked, answered), (1, asked * 1.5, answered * WORDIER)),
        SKILL_PROPOSER.role: ((1, low, one), (1, high * 1.2, 2 * one)),
    }


def _form(role: str) -> int:
    """Tokens of the answer's JSON schema, which stands in the prompt where an endpoint does not take it otherwise."""
    if role == CRISIS_GATE.role:
        agent: Agent[Any, Any] = CRISIS_GATE
    else:
        agent = PLAYERS[role].agent
    return 0 if agent.answer is str else tokens(f"{SCHEMA_NOTE}{json.dumps(schema_of(agent.answer))}")[0]


def _times(models: Models, role: str, count: Counts, low: _Calls, high: _Calls) -> RoleEstimate:
    """So many of these, in whole numbers; the most at three bytes a token."""
    factors = ((1.0, 1.0), (1 - DIFFERENCE, 4 / 3), (1 - DIFFERENCE, 4 / 3))
    calls, asked, answered = (
        (round(count[0] * low[part] * least), round(count[1] * high[part] * most))
        for part, (least, most) in enumerate(factors)
    )
    return priced(models, role, calls, asked, answered)
