"""How grave is what the seeker wrote? The first node of a live turn: rules, and a model beside them where there is one.

The more careful answer wins. A model that fails leaves the rules to decide, at least at `concern`; rules that fail lead
to the crisis reply. Neither is ever read as "no risk".
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from enum import StrEnum

from pydantic import Field

from conversation.dialogue import Line, Speaker, Transcript
from conversation.model import Value
from conversation.seeker import Risk, RiskKind, RiskTier
from nodes.safety.answers import Answer, Asked, answer_of, asked_in, only_denies, takes_back, wavers
from nodes.safety.language import UnsupportedLanguage, require_known
from nodes.safety.read import Reading, read
from nodes.safety.rule import Role, Sign
from nodes.safety.seal import KEY_VARIABLE, seal, sealed

_LOOKED_BACK = 4
"""Seeker messages before the last that still colour it."""
_GRAVER = {RiskTier.CONCERN: RiskTier.ELEVATED, RiskTier.ELEVATED: RiskTier.IMMINENT}
_WEAK_NEEDED = 3
"""Weak signs of different families that together make a concern: burden or aloneness must be among them."""


def assess(transcript: Transcript, *, locale: str = "en") -> Risk:
    """The risk that the seeker's last turn shows, read in the light of the conversation. Rules only.

    The last turn is every seeker message since the supporter last spoke. What came before matters in four ways: an
    answer is read against the question that it answers; means, place or time after thoughts of suicide make a plan;
    a farewell after them is graver; and weak signs add up over neighbouring turns.

    Args:
        transcript: Oldest first. Supporter lines after the last seeker line are ignored.
        locale: Of the conversation; English and Chinese are known.

    Raises:
        UnsupportedLanguage: the locale, or the last turn, is neither English nor Chinese.
    """
    turn, asked, earlier = _last_turn(transcript)
    for text in turn or [""]:
        require_known(text, locale)
    now = [sign for text in turn for sign in read(text).signs]
    before = [read(text) for text in earlier]
    raised = [sign for sign in now if sign.role is Role.SIGN]
    tier = max((sign.tier for sign in raised), key=lambda t: t.level, default=RiskTier.NONE)
    kinds = {sign.kind for sign in raised}
    signs = [sign.words for sign in raised]
    thought_of_it = RiskKind.SUICIDE in kinds and any(s.kind is RiskKind.SUICIDE and not s.third_party for s in raised)
    thoughts = _thoughts_of_suicide(before)
    thought_before, actively_before = thoughts is not RiskTier.NONE, thoughts.level >= RiskTier.ELEVATED.level

    answer = _answer(turn, asked)
    if asked and answer is not Answer.NONE:
        found = _answered(asked, answer, turn[0], in_crisis=thought_before or _in_crisis(transcript))
        tier = _higher(tier, found.tier)
        kinds.update(found.kinds)
        signs.extend(found.signs)
        thought_of_it = thought_of_it or (
            RiskKind.SUICIDE in found.kinds and found.tier.level >= RiskTier.ELEVATED.level
        )

    plans = [sign for sign in now if sign.role is Role.PLAN and not _negated(sign, turn)]
    denied_lately = bool(plans) and _active_thoughts_denied(transcript)
    if plans and (thought_of_it or denied_lately or (thought_before and not _denies(asked, answer))):
        tier = RiskTier.IMMINENT
        kinds.add(RiskKind.SUICIDE)
        signs.extend(sign.words for sign in plans)
    soft = [sign for sign in now if sign.role is Role.SOFT]
    if soft and thought_of_it and tier in _GRAVER:
        tier = _GRAVER[tier]
        signs.extend(sign.words for sign in soft)
    if tier is RiskTier.CONCERN and actively_before and RiskKind.SUICIDE in kinds and not _denies(asked, answer):
        tier = RiskTier.ELEVATED
    if tier is RiskTier.NONE and not _denies(asked, answer):
        weak = _weak_together(now, before)
        if weak:
            tier, kinds, signs = RiskTier.CONCERN, {RiskKind.SUICIDE}, list(weak)
    order = list(RiskKind)
    return Risk(tier=tier, kinds=tuple(sorted(kinds, key=order.index)), signs=tuple(dict.fromkeys(signs)))


def _last_turn(transcript: Transcript) -> tuple[list[str], frozenset[Asked], list[str]]:
    """The seeker's last turn, what the supporter had asked before it, and earlier seeker messages, newest last.

    A plain "no" to a direct question about suicide withdraws what was said before it.
    """
    end = len(transcript)
    while end and transcript[end - 1].speaker is not Speaker.SEEKER:
        end -= 1
    start = end
    while start and transcript[start - 1].speaker is Speaker.SEEKER:
        start -= 1
    turn = [line.text for line in transcript[start:end]]
    asked = asked_in(transcript[start - 1].text) if start else frozenset()
    earlier: list[str] = []
    for at in range(start - 1, -1, -1):
        line = transcript[at]
        if line.speaker is not Speaker.SEEKER:
            continue
        if len(earlier) == _LOOKED_BACK or (at and _withdraws(transcript[at - 1], line)):
            break
        earlier.insert(0, line.text)
    return turn, asked, earlier


def _answer(turn: list[str], asked: frozenset[Asked]) -> Answer:
    """How the turn answers; a "no" about suicide that wavers anywhere in the turn is no more than unsure."""
    if not turn or not asked:
        return Answer.NONE
    answer = answer_of(turn[0])
    if answer is Answer.NO and Asked.SUICIDE in asked and any(wavers(text) for text in turn):
        return Answer.UNSURE
    if answer is Answer.NO and Asked.SUICIDE not in asked and all(takes_back(text) for text in turn):
        return Answer.NONE  # "no, I am not going to do it" says nothing about being unsafe
    return answer


def _negated(sign: Sign, turn: list[str]) -> bool:
    """Whether the words of a plan stand right behind a "not": "I'm not going to do it"."""
    behind_not = re.compile(
        rf"(?:\bnot|n['’]?t|\bnever|不会?|没有?) ?(?:really |actually )?{re.escape(sign.words)}", re.I
    )
    return any(behind_not.search(text) for text in turn)


def _active_thoughts_denied(transcript: Transcript) -> bool:
    """Whether active thoughts of suicide stand lately, denied since or not: means outweigh a no."""
    earlier = [line.text for line in transcript if line.speaker is Speaker.SEEKER][-_LOOKED_BACK - 1 : -1]
    return _thoughts_of_suicide([read(text) for text in earlier]).level >= RiskTier.ELEVATED.level


def _withdraws(question: Line, answer: Line) -> bool:
    return (
        question.speaker is Speaker.SUPPORTER
        and Asked.SUICIDE in asked_in(question.text)
        and answer_of(answer.text) is Answer.NO
        and not wavers(answer.text)
        and read(answer.text).tier is RiskTier.NONE
    )


def _higher(one: RiskTier, other: RiskTier) -> RiskTier:
    return one if one.level >= other.level else other


def _denies(asked: Iterable[Asked], answer: Answer) -> bool:
    return Asked.SUICIDE in asked and answer is Answer.NO


def _thoughts_of_suicide(before: list[Reading]) -> RiskTier:
    """The highest tier at which earlier messages spoke of the seeker's own suicide."""
    tiers = [
        sign.tier
        for reading in before
        for sign in reading.signs
        if sign.role is Role.SIGN and sign.kind is RiskKind.SUICIDE and not sign.third_party
    ]
    return max(tiers, key=lambda tier: tier.level, default=RiskTier.NONE)


def _in_crisis(transcript: Transcript) -> bool:
    """Whether the supporter has spoken of suicide or safety lately: only then is a bare "yes" to "a plan?" grave."""
    lately = [line.text for line in transcript[-_LOOKED_BACK * 2 :] if line.speaker is Speaker.SUPPORTER]
    return any(asked_in(text) & {Asked.SUICIDE, Asked.SELF_HARM, Asked.OTHERS} for text in lately)


def _answered(asked: frozenset[Asked], answer: Answer, text: str, *, in_crisis: bool) -> Risk:
    """What an answer to a question about safety shows."""
    quote = text.strip()[:80]
    graver = asked & {Asked.PLAN, Asked.MEANS, Asked.DONE} if in_crisis else frozenset()
    if answer is Answer.YES and graver and Asked.SUICIDE not in asked:
        kind = RiskKind.OVERDOSE if Asked.DONE in asked else RiskKind.SUICIDE
        return Risk(tier=RiskTier.IMMINENT, kinds=(kind,), signs=(quote,))
    if Asked.SUICIDE in asked and answer in (Answer.YES, Answer.UNSURE):
        tier = RiskTier.ELEVATED if answer is Answer.YES else RiskTier.CONCERN
        return Risk(tier=tier, kinds=(RiskKind.SUICIDE,), signs=(quote,))
    if answer is Answer.YES and Asked.SELF_HARM in asked:
        return Risk(tier=RiskTier.ELEVATED, kinds=(RiskKind.SELF_HARM,), signs=(quote,))
    if answer is Answer.YES and Asked.OTHERS in asked:
        return Risk(tier=RiskTier.ELEVATED, kinds=(RiskKind.HARM_TO_OTHERS,), signs=(quote,))
    if Asked.SAFE in asked and Asked.SUICIDE not in asked and answer in (Answer.NO, Answer.UNSURE):
        tier = RiskTier.ELEVATED if answer is Answer.NO else RiskTier.CONCERN
        return Risk(tier=tier, kinds=(RiskKind.ABUSE,), signs=(quote,))
    return Risk()


def _weak_together(now: list[Sign], before: list[Reading]) -> tuple[str, ...]:
    """The words of weak signs that together make a concern; empty when they do not."""
    here = {sign.rule.removeprefix("zh_"): sign.words for sign in now if sign.role is Role.WEAK}
    if not here:
        return ()
    near = dict(here)
    for reading in before[-2:]:
        for sign in reading.signs:
            if sign.role is Role.WEAK:
                near.setdefault(sign.rule.removeprefix("zh_"), sign.words)
    grave = "burden" in near and ("hopeless" in near or "exhausted" in near)
    if (grave and len(here) >= 2) or (len(near) >= _WEAK_NEEDED and len(here) >= 2 and "burden" in near):
        return tuple(near.values())
    return ()


class GateVerdict(Value):
    """The gate's answer on one message. Without it, for that very message, nobody may retrieve or respond."""

    message_id: str
    heard: str = Field(description="hash of the seeker's turn that was read: other words need a verdict of their own")
    risk: Risk
    by: tuple[str, ...] = Field(default=(), description="who answered: 'rules', 'model'")
    failed: tuple[str, ...] = Field(default=(), description="who failed to answer; in simulation an error, unscored")
    seal: str = Field(default="", description="of the gate that gave it; a verdict edited from outside has none")

    @property
    def _content(self) -> str:
        return self.model_dump_json(exclude={"seal"})

    def with_seal(self) -> "GateVerdict":
        """The verdict as the gate gives it out."""
        return self.model_copy(update={"seal": seal(self._content)})

    @property
    def genuine(self) -> bool:
        """Whether a gate of this service gave it out, as it stands."""
        return sealed(self._content, self.seal)


class Phase(StrEnum):
    """Where the crisis conversation stands."""

    ASK = "ask"
    HEARD = "heard"
    LISTEN = "listen"
    PEOPLE = "people"
    MEANS = "means"
    LINE = "line"
    STAY = "stay"


ASKED_FOR = 6
"""Seeker turns for which an answered question stands: a further concern of the same kind is not asked again."""


class CrisisState(Value):
    """What the crisis path remembers between turns; kept in the graph's state, JSON-able."""

    active: bool = Field(default=False, description="whether the crisis path answers this turn")
    tier: RiskTier = Field(default=RiskTier.NONE, description="the highest tier of this crisis")
    kind: RiskKind | None = None
    phase: Phase | None = Field(default=None, description="of the last crisis reply")
    done: tuple[Phase, ...] = Field(default=(), description="phases given at this tier")
    said: tuple[str, ...] = Field(default=(), description="hashes of texts given in this conversation")
    denied: bool = Field(default=False, description="the seeker plainly said no, and no sign has come since")
    ask_how: bool = Field(default=True, description="no denial since suicide was last spoken of: a plan may be asked")
    calm_turns: int = 0
    turn: int = Field(default=0, description="seeker turns read")
    asked_at: int = Field(default=-ASKED_FOR - 1, description="seeker turn at which risk was last asked about")
    handed_off: bool = Field(default=False, description="people or services were named: a hand-off took place")
    named: bool = Field(default=False, description="a service was named in this crisis; a later crisis begins anew")


class GateMissing(RuntimeError):
    """Someone tried to retrieve or respond without a gate verdict for the last message."""


def gate(
    transcript: Transcript,
    message_id: str,
    *,
    locale: str = "en",
    ask_model: Callable[[Transcript], Risk] | None = None,
) -> GateVerdict:
    """The verdict on the last message, by rules and, where one is given, a model: the more careful answer wins.

    Raises:
        UnsupportedLanguage: no model is given, and the rules do not know the language.
    """
    by: list[str] = []
    failed: list[str] = []
    answers: list[Risk] = []
    unread = False
    try:
        answers.append(assess(transcript, locale=locale))
        by.append("rules")
    except UnsupportedLanguage:
        if ask_model is None:
            raise
        unread = True
    except Exception:  # whatever broke, the seeker must not be answered as if nothing were wrong
        failed.append("rules")
    if ask_model is not None:
        try:
            answers.append(ask_model(transcript))
            by.append("model")
        except Exception:
            failed.append("model")
    if "rules" in failed or (unread and "model" in failed):
        answers.append(Risk(tier=RiskTier.IMMINENT))
    elif "model" in failed:
        answers.append(Risk(tier=RiskTier.CONCERN))
    return GateVerdict(
        message_id=message_id,
        heard=_heard(transcript),
        risk=_most_careful(answers),
        by=tuple(by),
        failed=tuple(failed),
    ).with_seal()


def _heard(transcript: Transcript) -> str:
    turn, _, _ = _last_turn(transcript)
    return hashlib.sha256("\x1e".join(turn).encode(errors="surrogatepass")).hexdigest()[:16]


def _most_careful(answers: list[Risk]) -> Risk:
    tier = max((risk.tier for risk in answers), key=lambda t: t.level)
    found = {kind for risk in answers if risk.tier is not RiskTier.NONE for kind in risk.kinds}
    signs = dict.fromkeys(sign for risk in answers for sign in risk.signs)
    return Risk(tier=tier, kinds=tuple(kind for kind in RiskKind if kind in found), signs=tuple(signs))


def require_verdict(
    verdict: GateVerdict | None, transcript: Transcript, message_id: str, *, locale: str = "en"
) -> GateVerdict:
    """The verdict, if it is for this message and no milder than the rules say; retriever and supporter call this first.

    A verdict written into the state from outside carries no seal; and the rules are asked again.

    Raises:
        GateMissing: there is no verdict, it is for another message or other words, it was not given by this service's
            gate, or it is milder than the rules.
    """
    if verdict is None or verdict.message_id != message_id or verdict.heard != _heard(transcript):
        raise GateMissing(f"no crisis-gate verdict for message '{message_id}': run the crisis_gate node first")
    if not verdict.genuine:
        raise GateMissing(
            f"the verdict for message '{message_id}' was not given by this service's gate: run crisis_gate again, or "
            f"set {KEY_VARIABLE} to one secret where a turn may begin in one process and go on in another"
        )
    try:
        least = assess(transcript, locale=locale).tier
    except UnsupportedLanguage:
        if "model" not in (*verdict.by, *verdict.failed):
            raise
        return verdict
    except Exception:
        if "rules" not in verdict.failed or verdict.risk.tier is not RiskTier.IMMINENT:
            raise
        return verdict  # the gate itself saw the rules fail, and was as careful as can be
    if verdict.risk.tier.level < least.level:
        raise GateMissing(f"the verdict for message '{message_id}' is milder than the rules: run crisis_gate again")
    return verdict


def about_someone_else(transcript: Transcript) -> bool:
    """Whether every sign of suicide in the last turn speaks of another person."""
    turn, _, _ = _last_turn(transcript)
    signs = [s for text in turn for s in read(text).signs if s.role is Role.SIGN and s.kind is RiskKind.SUICIDE]
    return bool(signs) and all(sign.third_party for sign in signs)


def denies_suicide(transcript: Transcript) -> bool:
    """Whether the last turn answers a direct question about suicide with a plain no that does not waver."""
    turn, asked, _ = _last_turn(transcript)
    return _denies(asked, _answer(turn, asked))


def takes_back_risk(transcript: Transcript, kind: RiskKind | None) -> bool:
    """Whether the last turn plainly takes back thoughts of suicide, or of hurting someone, that were asked about.

    A bare "no" takes back only what was asked; "I would never touch him" takes back without being asked. Worry about
    someone else is not taken back by "no, I am fine": the danger was never the seeker's own.
    """
    turn, asked, _ = _last_turn(transcript)
    if not turn or any(wavers(text) for text in turn):
        return False
    before = [line for line in transcript[: len(transcript) - len(turn)] if line.speaker is Speaker.SEEKER]
    if about_someone_else(tuple(before[-1:])):
        return False
    no = _answer(turn, asked) is Answer.NO
    if kind is RiskKind.HARM_TO_OTHERS:
        return any(takes_back(text) for text in turn) or (no and Asked.OTHERS in asked)
    if kind is RiskKind.SUICIDE:
        denies_act = answer_of(turn[0]) is Answer.NO and any(takes_back(text) for text in turn)
        return denies_act or (no and Asked.SUICIDE in asked)
    return False


def only_a_denial(transcript: Transcript) -> bool:
    """Whether the last turn says no and nothing besides."""
    turn, _, _ = _last_turn(transcript)
    return bool(turn) and all(only_denies(text) for text in turn)
