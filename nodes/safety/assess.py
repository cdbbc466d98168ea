"""How grave do the rules read the seeker's last turn, in the light of the conversation?"""

import re
from collections.abc import Iterable

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import Risk, RiskKind, RiskTier
from nodes.safety.answers import Answer, Asked, answer_of, asked_in, only_denies, says_safe, takes_back, wavers
from nodes.safety.language import require_known
from nodes.safety.learned import hear, weights
from nodes.safety.read import Reading, read
from nodes.safety.rule import Role, Sign

_LOOKED_BACK = 4
"""Seeker messages before the last that still colour it."""
_GRAVER = {RiskTier.CONCERN: RiskTier.ELEVATED, RiskTier.ELEVATED: RiskTier.IMMINENT}
_WEAK_NEEDED = 3
"""Weak signs of different families that together make a concern: burden or aloneness must be among them."""


def assess(transcript: Transcript, *, locale: str = "en", learned: bool = True) -> Risk:
    """The risk that the seeker's last turn shows, read in the light of the conversation, without a language model.

    The last turn is every seeker message since the supporter last spoke. What came before matters in four ways: an
    answer is read against the question that it answers; means, place or time after thoughts of suicide make a plan;
    a farewell after them is graver; and weak signs add up over neighbouring turns. Where the rules find nothing, the
    learned reader may raise a concern; a plain no is not read by it.

    Args:
        transcript: Oldest first. Supporter lines after the last seeker line are ignored.
        locale: Of the conversation; English and Chinese are known.
        learned: Whether the learned reader reads beside the rules; without it only to measure the rules alone.

    Raises:
        ReaderMissing: the learned reader's weights cannot be read.
        UnsupportedLanguage: the locale, or the last turn, is neither English nor Chinese.
    """
    turn, asked, earlier = last_turn(transcript)
    for text in turn or [""]:
        require_known(text, locale)
    if learned:
        weights()  # a gate whose reader is broken must not go on as if it had read, whatever the rules find
    now = [sign for text in turn for sign in read(text).signs]
    before = [read(text) for text in earlier]
    raised = [sign for sign in now if sign.role is Role.SIGN]
    tier = max((sign.tier for sign in raised), key=lambda t: t.level, default=RiskTier.NONE)
    kinds = {sign.kind for sign in raised}
    signs = [sign.words for sign in raised]
    thought_of_it = RiskKind.SUICIDE in kinds and any(s.kind is RiskKind.SUICIDE and not s.third_party for s in raised)
    thoughts = _thoughts_of_suicide(before)
    thought_before, actively_before = thoughts is not RiskTier.NONE, thoughts.level >= RiskTier.ELEVATED.level

    answer = answer_to(turn, asked)
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
    if plans and (thought_of_it or denied_lately or (thought_before and not denies(asked, answer))):
        tier = RiskTier.IMMINENT
        kinds.add(RiskKind.SUICIDE)
        signs.extend(sign.words for sign in plans)
    soft = [sign for sign in now if sign.role is Role.SOFT]
    if soft and thought_of_it and tier in _GRAVER:
        tier = _GRAVER[tier]
        signs.extend(sign.words for sign in soft)
    if tier is RiskTier.CONCERN and actively_before and RiskKind.SUICIDE in kinds and not denies(asked, answer):
        tier = RiskTier.ELEVATED
    if tier is RiskTier.NONE and not denies(asked, answer):
        weak = _weak_together(now, before)
        if weak:
            tier, kinds, signs = RiskTier.CONCERN, {RiskKind.SUICIDE}, list(weak)
        elif learned and (heard := [sign for text in turn if (sign := learned_sign(text, asked)) is not None]):
            tier, kinds, signs = RiskTier.CONCERN, {sign.kind for sign in heard}, [sign.words for sign in heard]
    order = list(RiskKind)
    return Risk(tier=tier, kinds=tuple(sorted(kinds, key=order.index)), signs=tuple(dict.fromkeys(signs)))


def learned_sign(text: str, asked: frozenset[Asked]) -> Sign | None:
    """What the learned reader hears in a message that is no mere denial and takes back nothing that was asked."""
    return None if only_denies(text) or (asked and takes_back(text)) else hear(text)


def last_turn(transcript: Transcript) -> tuple[list[str], frozenset[Asked], list[str]]:
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


def answer_to(turn: list[str], asked: frozenset[Asked]) -> Answer:
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


def denies(asked: Iterable[Asked], answer: Answer) -> bool:
    """Whether the answer says no to a question about suicide."""
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
    unsafe = Asked.SAFE in asked and Asked.SUICIDE not in asked and not says_safe(text)
    if unsafe and answer in (Answer.NO, Answer.UNSURE):
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
