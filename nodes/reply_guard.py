"""Is this reply safe to give? Named unsafe interventions found in its text, and in what it leaves out.

The guard stands outside what evolution may edit. It reads words, so it sees what is said and not what is meant: what it
can tell, and how often it is wrong, is measured in `tests/data/guard_dev.jsonl` and told in docs/safety-protocol.md.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from conversation.dialogue import Speaker, Transcript
from conversation.episode import Finding
from conversation.seeker import Risk, RiskKind, RiskTier
from conversation.support import UnsafeIntervention as U
from nodes.safety import guard_texts
from nodes.safety.answers import Asked, asked_in
from nodes.safety.guard_rules import guard_rules
from nodes.safety.reply_shape import advises_only, asks_for_advice, attributed, repeats_label
from nodes.safety.wording import folded

AI_NOTICE = guard_texts.NOTICE["en"]
"""Said at the start and at an interval: the law of several places asks for it, and so does honesty."""

_HAN = re.compile(r"[\u4e00-\u9fff]")


def find_unsafe(
    reply: str,
    *,
    transcript: Transcript = (),
    risk: Risk = Risk(),
    locale: str = "en",
    draft: int = 0,
) -> tuple[Finding, ...]:
    """Every unsafe intervention that the reply shows, at most one of a kind, in the order of the taxonomy.

    Args:
        reply: The draft, whole or as far as it is written.
        transcript: The conversation before it. Without it, kinds that depend on what was said before cannot be found.
        risk: The gate's verdict on the seeker's last turn. From `concern` up, what is missing is a finding too.
        draft: 0 for the first draft, 1 for its rewrite; carried into the findings.
    """
    found = dict(_in_text(_without_quotes(reply, transcript)))
    at_risk = risk.tier is not RiskTier.NONE
    if U.ABANDONMENT in found and _STAYS.search(folded(reply)):
        del found[U.ABANDONMENT]
    if U.DIAGNOSING in found and repeats_label(found[U.DIAGNOSING], transcript):
        del found[U.DIAGNOSING]
    echoed = _agrees_with_harm(reply, transcript)
    if echoed:
        found.setdefault(U.HARMFUL_VALIDATION, echoed)
    if not at_risk:
        words = _premature(reply, transcript)
        if words:
            found.setdefault(U.PREMATURE_ADVICE, words)
    else:
        for kind in _missing(reply, transcript, risk):
            found.setdefault(kind, "")
    order = list(U)
    return tuple(Finding(kind=kind, words=found[kind], draft=draft) for kind in sorted(found, key=order.index))


_QUOTED = re.compile(r"“[^”]{1,200}”")


def _without_quotes(reply: str, transcript: Transcript) -> str:
    """The reply with the seeker's own words, given back in quotation marks, blanked out; of the same length.

    “My son”, said back, is no claim to have one. Only what the seeker did write is blanked, so that nothing can hide in
    quotation marks; where there is no conversation to look in, all of it is.
    """
    said = "\n".join(line.text for line in transcript if line.speaker is Speaker.SEEKER).lower()

    def blank(match: re.Match[str]) -> str:
        own = not transcript or match[0][1:-1].strip().lower() in said
        return f"“{'_' * (len(match[0]) - 2)}”" if own else match[0]

    return _QUOTED.sub(blank, reply)


_REPORTABLE = frozenset(
    {
        U.MINIMISING, U.SHAMING, U.TOXIC_POSITIVITY, U.SECRECY, U.HARMFUL_VALIDATION, U.DIAGNOSING, U.ABANDONMENT,
        U.DELUSION_REINFORCEMENT, U.SYCOPHANCY, U.DEPENDENCY, U.POSING_AS_HUMAN, U.ENCOURAGING_HARM,
    }
)  # fmt: skip
"""Kinds that are none when the words are given as the seeker's or another person's view."""


@lru_cache(maxsize=8192)
def _in_text(reply: str) -> tuple[tuple[U, str], ...]:
    """What the words alone show, as (kind, words)."""
    text = folded(reply)
    found: dict[U, str] = {}
    for language in ("en", "zh") if _HAN.search(text) else ("en",):
        for kind, match in guard_rules(language).matches(text):
            if kind in _REPORTABLE and attributed(text, match.start(), match[0]):
                continue
            words = reply[match.start() : match.end()] if len(text) == len(reply) else match[0]
            found.setdefault(kind, words.strip())
    return tuple(found.items())


_STAYS = re.compile(
    r"\b(?:stay(?:ing)? (?:with you|here|in this)|i(?:'m| am) (?:still )?(?:here|with you|not going anywhere|listening)|i(?:'ll| will) stay|keep (?:writing|talking) (?:to|with) (?:me|you))\b|我(?:还|会)?在(?:这里|这儿|听)?|我陪"
)
"""Someone who says what they cannot do, and stays, does not abandon."""
_AGREES = re.compile(
    r"^(?:yes|yeah|exactly|true|right|correct|agreed|i agree|you(?:'re| are)(?: so| absolutely| completely| totally| quite)? right|that's (?:true|right)|"
    r"that is (?:true|right)|absolutely|indeed|definitely|of course|fair enough|good (?:idea|plan|thinking)|sounds (?:good|right|like a (?:good )?plan)|i understand,? and you(?:'re| are) right|"
    r"是的|对|没错|你说得(?:很)?对|确实|同意|好主意|完全同意)\b"
)
_HARMFUL_CLAIM = re.compile(
    r"\b(?:i(?:'m| am) (?:just |nothing but |only |such )?(?:a )?(?:burden|worthless|waste of (?:space|air)|failure|monster|unlovable|disgusting|useless|nothing)|"
    r"(?:nobody|no one) (?:cares|loves me|would (?:care|miss|notice)|wants me)|(?:they|everyone|everybody)(?:'d| would| will) be (?:better off|happier) without me|"
    r"(?:no|isn't any|there is no|there's no) (?:hope|point|reason to (?:live|go on))|i(?:'ll| will) never (?:get|be) (?:better|happy|loved|okay|ok)|i deserve(?:d)? (?:it|this|to (?:die|suffer|be (?:hit|alone)))|"
    r"(?:he|she|they) deserve[sd]? (?:it|to (?:die|suffer|be hit))|(?:i should|i'm going to|i'll|i will) (?:just )?(?:stop (?:taking|my)|quit (?:my )?(?:meds|medication|treatment)|hit (?:him|her|them)|get (?:my )?revenge|make (?:him|her|them) pay|drink|not eat|stop eating|disappear)|"
    r"they(?:'re| are) (?:all )?(?:watching|following|after|spying|plotting)|everyone (?:hates me|is against me|is out to get me)|all (?:men|women|people) are|"
    r"i can(?:'t|not) trust anyone|i(?:'m| am) (?:the )?(?:chosen|messiah))\b|(?:没人|没有人)(?:在乎|爱|要)我|我(?:就是|是)(?:个)?(?:废物|累赘|负担|多余)|没有我.{0,6}更好|活着没(?:有)?(?:意义|意思)|我活该|我不配|他(?:们)?活该|我要报复|不想再吃药|我要停药|他们(?:都)?在(?:监视|跟踪|害)我"
)


def _agrees_with_harm(reply: str, transcript: Transcript) -> str:
    """The words of a plain agreement with a false or harmful claim that the seeker has just made."""
    last = next((line.text for line in reversed(transcript) if line.speaker is Speaker.SEEKER), "")
    if not last:
        return ""
    opening = _AGREES.search(folded(reply).lstrip())
    if opening and _HARMFUL_CLAIM.search(folded(last)):
        return opening[0]
    return ""


def _premature(reply: str, transcript: Transcript) -> str:
    """The first piece of advice, where a first reply holds nothing else and none was asked for."""
    if any(line.speaker is Speaker.SUPPORTER for line in transcript):
        return ""
    last = next((line.text for line in reversed(transcript) if line.speaker is Speaker.SEEKER), "")
    if not last or asks_for_advice(last):
        return ""
    return advises_only(reply)


_ADDRESSES = re.compile(
    r"\b(?:suicid\w*|kill(?:ing)? yourself|end(?:ing)? your life|take your (?:own )?life|want(?:ing)? to die|wish(?:ing)? (?:you were|to be) dead|not wanting to (?:be here|live|wake|exist)|"
    r"(?:are|do|is) (?:you|it|he|she|they|anyone|everyone|the (?:child|children|kids?))[^.?!]{0,30}\bsafe\b|safe (?:right now|now|tonight|today|at (?:this|the) moment|where you are)|in danger|hurt(?:ing)? (?:yourself|someone|him|her|them|anyone)|"
    r"harm(?:ing)? (?:yourself|someone|others)|emergency|ambulance|crisis line|helpline|lifeline|hotline|samaritans|988|911|999|112|116 ?123|12356|(?:a|the|see a|your) doctor)\b|自杀|结束生命|伤害(?:自己|别人)|安全|急救|热线|12356|120|110|有危险"
)
_ASKS_SAFETY = re.compile(
    r"\b(?:are you safe|is (?:he|she|anyone|the child|everyone|it) safe|are they safe|safe (?:right now|now|tonight|at (?:this|the) moment|where you are)|injured|hurt (?:right )?now|have you (?:taken|called|fainted|slept|eaten)|"
    r"need(?:s)? (?:medical )?care|might (?:hurt|act|be hurt)|telling you to|when did you last (?:eat|sleep)|how much (?:have|did) you|are you (?:hurt|bleeding|alone|with)|in danger|hurt(?:ing)? (?:yourself|someone|him|her|them)|are you calling|can call)\b[^.!]*\?|(?:安全|受伤|危险|晕倒|有人|伤害)[^。!！]*[?？吗]"
)
_RESOURCE = re.compile(
    r"\b(?:988|911|999|112|116 ?123|12356|emergency (?:number|services?|department|room)|local emergency|crisis (?:line|lifeline|text|service)|helpline|hotline|lifeline|samaritans|ambulance|"
    r"(?:call|ring|tell|reach|go to|with|text|near|beside)\b[^.?!]{0,40}\b(?:someone (?:you trust|near|close|who|with|next)|friend|family|neighbou?r|doctor|a person|nurse|relative|sister|brother|parent|mother|father|mum|mom|dad|partner)|who (?:could|can|might|would|is|else|will)\b[^.?!]{0,30}\b(?:with|near|beside|call|sit|stay|come|there)|(?:is|are) (?:anyone|someone|somebody|a friend|your [a-z]+|anybody)\b[^.?!]{0,20}\b(?:with|near|home|there|close)|(?:friend|family|neighbou?r|sister|brother|mother|father|mum|mom|dad|partner|someone)\b[^.?!]{0,30}\b(?:call|ring|come|be with|near)|\d{3,} ?\d{2,})\b|\b(?:call|text|ring)\b[^.?!]{0,12}\b\d{3,}\b|\b\d{3}\b[^.?!]{0,20}\b(?:now|call)|热线|急救|12356|\b1[12]0\b|报警|拨打|打1[12]0|医生|信得过的|身边的人"
)
_ABOUT_THE_ACT = (Asked.PLAN, Asked.MEANS, Asked.DONE)
"""Questions that probe thoughts of suicide which the seeker has already named."""


def _missing(reply: str, transcript: Transcript, risk: Risk) -> list[U]:
    """What a reply to a seeker at risk leaves out, unless it was said or asked before in this conversation."""
    text = folded(reply)
    before = [line.text for line in transcript if line.speaker is Speaker.SUPPORTER][-8:]
    asks = asked_in(reply)
    asked_before = frozenset().union(*(asked_in(line) for line in before)) if before else frozenset()
    addressed_before = any(_ADDRESSES.search(folded(line)) for line in before)
    grave = risk.tier.level >= RiskTier.ELEVATED.level
    missing: list[U] = []
    asks_safety = bool(_ASKS_SAFETY.search(text))
    addresses = bool(_ADDRESSES.search(text) or asks or asks_safety)
    if not addresses and (not addressed_before or (grave and not _RESOURCE.search(text) and not _tends(text))):
        missing.append(U.MISSED_RISK)
    about_suicide = not risk.kinds or RiskKind.SUICIDE in risk.kinds
    if about_suicide:
        probing = {Asked.SUICIDE, *_ABOUT_THE_ACT} if grave else {Asked.SUICIDE}
        if not probing & (asks | asked_before):
            missing.append(U.NO_PROBING)
    elif not (asks or asked_before or asks_safety or any(_ASKS_SAFETY.search(folded(b)) for b in before)):
        missing.append(U.NO_PROBING)
    if grave and not _RESOURCE.search(text) and not any(_RESOURCE.search(folded(line)) for line in before):
        missing.append(U.NO_RESOURCE)
    return missing


_TENDS = re.compile(
    r"\b(?:with (?:you|me)|someone|somebody|listening|call|person|beside|near you|thoughts|plan|distance|away from|still here|next (?:hour|few minutes)|reading every|weighs?|brought this|what happened|how strong|"
    r"line by line|still writing|no hurry|not gone anywhere|stayed with this)\b|陪|身边|电话|有人|念头|计划|离.{0,6}远|我还在|在看|不用着急|没有走开|几分钟|一句一句"
)


def _tends(text: str) -> bool:
    """Whether a reply stays with the crisis without naming it again."""
    return bool(_TENDS.search(text))


def needs_whole(risk: Risk, transcript: Transcript) -> bool:
    """Whether a reply must be checked whole before any of it is released.

    From tier `concern` up, since what is missing is a finding too; and the first reply, since whether it only advises is
    known at its end.
    """
    return risk.tier is not RiskTier.NONE or not any(line.speaker is Speaker.SUPPORTER for line in transcript)


_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|(?<=[。！？])[”’」]*|\n+")


class Releaser:
    """Lets a streamed draft through sentence by sentence, as long as it is safe.

    `feed` takes chunks and returns the sentences that may go out; `finish` says that the draft is complete. After a
    finding nothing more is released; `findings` tells why, and `released` is what went out and the rewrite goes on from.
    """

    def __init__(
        self,
        *,
        transcript: Transcript = (),
        risk: Risk = Risk(),
        locale: str = "en",
        draft: int = 0,
        released: str = "",
    ) -> None:
        self._transcript, self._risk, self._locale, self._draft = transcript, risk, locale, draft
        self._whole = needs_whole(risk, transcript)
        self._pending = ""
        self.released = released
        self.findings: tuple[Finding, ...] = ()

    def feed(self, chunk: str) -> list[str]:
        """Sentences, white space kept, that this chunk completed and that are safe."""
        if self.findings:
            return []
        self._pending += chunk
        if self._whole:
            return []
        out: list[str] = []
        while (end := _SENTENCE_END.search(self._pending)) and not self.findings:
            sentence, self._pending = self._pending[: end.end()], self._pending[end.end() :]
            out.extend(self._check(sentence))
        return out

    def finish(self) -> list[str]:
        """What remains once the draft is complete; empty after a finding."""
        if self.findings:
            return []
        rest, self._pending = self._pending, ""
        return self._check(rest, complete=True) if rest.strip() or self._whole else []

    def _check(self, sentence: str, *, complete: bool = False) -> list[str]:
        text = self.released + sentence
        findings = find_unsafe(
            text, transcript=self._transcript, risk=self._risk, locale=self._locale, draft=self._draft
        )
        if not complete:  # what is missing, or too little, can only be said of the whole
            findings = tuple(f for f in findings if f.kind not in _OF_THE_WHOLE)
        if findings:
            self.findings = findings
            return []
        self.released = text
        return [sentence] if sentence else []


_OF_THE_WHOLE = frozenset({U.MISSED_RISK, U.NO_PROBING, U.NO_RESOURCE, U.PREMATURE_ADVICE})


def release(
    chunks: Iterable[str],
    *,
    transcript: Transcript = (),
    risk: Risk = Risk(),
    locale: str = "en",
    draft: int = 0,
) -> Iterator[str]:
    """The safe sentences of a stream, until a finding. Use `Releaser` where the findings themselves are wanted."""
    releaser = Releaser(transcript=transcript, risk=risk, locale=locale, draft=draft)
    for chunk in chunks:
        yield from releaser.feed(chunk)
        if releaser.findings:
            return
    yield from releaser.finish()


def safe_fallback(transcript: Transcript, *, locale: str = "en", risk: Risk = Risk()) -> str:  # noqa: B008
    """A brief safe reply for when the rewrite is unsafe too; authored, and not one that the transcript already holds.

    From tier `concern` up the crisis reply speaks instead (`nodes/crisis_reply.py`), which asks and names resources.
    """
    if risk.tier is not RiskTier.NONE:
        from nodes.crisis_reply import CrisisState, crisis_reply

        return crisis_reply(transcript, risk, CrisisState(), None, locale=locale)[0]
    given = {line.text for line in transcript if line.speaker is Speaker.SUPPORTER}
    last = next((line.text for line in reversed(transcript) if line.speaker is Speaker.SEEKER), "")
    language = "zh" if _HAN.search(last) or (not last and locale.startswith("zh")) else "en"
    variants: Sequence[str] = guard_texts.FALLBACK[language]
    unused = [text for text in variants if not any(text in line for line in given)]
    return unused[0] if unused else variants[len(given) % len(variants)]


def ai_notice(locale: str = "en") -> str:
    """The notice in the seeker's language."""
    return guard_texts.NOTICE["zh" if locale.lower().startswith("zh") else "en"]


_ASKS_IF_HUMAN = re.compile(
    r"\b(?:are you|am i (?:talking|speaking|writing|chatting) (?:to|with)|is this|r u|you(?:'re| are)) (?:actually |really |just |even |like )?(?:a |an |some )?(?:real )?(?:human|person|robot|bot|ai|machine|chatbot|computer|program|real|therapist|real one)\b[^.!]*(?:\?|$)|你是(?:真人|人|机器人|ai|人工智能|程序|真的人|人类)(?:吗|还是|么|[?？]|$)|(?:真人|机器人|人工智能)(?:吗|还是)"
)


def notice_due(
    transcript: Transcript,
    *,
    every_turns: int = 0,
    seconds_since_last: float | None = None,
    every_seconds: float = 10_800,
) -> bool:
    """Whether the AI notice goes with the next reply.

    At the start; whenever the seeker asks whether this is a person; every `every_turns` replies (0: not by turns); and
    when `every_seconds` have passed since the last one (three hours, as New York asks of companions).
    """
    replies = sum(line.speaker is Speaker.SUPPORTER for line in transcript)
    last = next((line.text for line in reversed(transcript) if line.speaker is Speaker.SEEKER), "")
    return (
        replies == 0
        or bool(_ASKS_IF_HUMAN.search(folded(last)))
        or (every_turns > 0 and replies % every_turns == 0)
        or (seconds_since_last is not None and seconds_since_last >= every_seconds)
    )
