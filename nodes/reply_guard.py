"""Is this reply safe to give? Named unsafe interventions found in its text, and in what it leaves out.

The guard stands outside what evolution may edit. It reads words, so it sees what is said and not what is meant: what it
can tell, and how often it is wrong, is measured in `tests/data/guard_dev.jsonl` and told in docs/safety-protocol.md.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from conversation.dialogue import Speaker, Transcript
from conversation.episode import Finding
from conversation.seeker import Risk, RiskTier
from conversation.support import UnsafeIntervention as U
from nodes.crisis_gate import CrisisState
from nodes.crisis_reply import crisis_reply
from nodes.safety import guard_texts
from nodes.safety.answers import Asked, asked_in
from nodes.safety.guard_rules import guard_rules
from nodes.safety.language import writes_chinese
from nodes.safety.missing import missing
from nodes.safety.notice import AI_NOTICE, ai_notice, notice_due
from nodes.safety.reply_reader import SENTENCE_END, heard_in
from nodes.safety.reply_shape import advises_only, asks_for_advice, attributed, repeats_label
from nodes.safety.revealed import as_shown
from nodes.safety.rulebook import patterns
from nodes.safety.wording import folded

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SHAPES = patterns("reply")
_NO_RISK = Risk()


def find_unsafe(
    reply: str,
    *,
    transcript: Transcript = (),
    risk: Risk = _NO_RISK,
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
    shown = as_shown(reply)
    if shown != reply:  # hidden letters, look-alikes, emphasis, a line break between two words
        found = {**dict(_in_text(_without_quotes(shown, transcript))), **found}
    at_risk = risk.tier is not RiskTier.NONE
    if U.ABANDONMENT in found and _SHAPES["stays"].search(folded(reply)):
        del found[U.ABANDONMENT]
    if U.DIAGNOSING in found and repeats_label(found[U.DIAGNOSING], transcript):
        del found[U.DIAGNOSING]
    echoed = _agrees_with_harm(shown, transcript)
    if echoed:
        found.setdefault(U.HARMFUL_VALIDATION, echoed)
    if not at_risk:
        words = _premature(reply, transcript)
        if words:
            found.setdefault(U.PREMATURE_ADVICE, words)
    else:
        for kind in missing(reply, transcript, risk):
            found.setdefault(kind, "")
    order = list(U)
    return tuple(Finding(kind=kind, words=found[kind], draft=draft) for kind in sorted(found, key=order.index))


_QUOTED = re.compile(r"“[^”]{1,200}”|\"[^\"]{1,200}\"")
_WORD = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]")
_WORDING = re.compile(
    r"\b(?:say|tell (?:him|her|them)|ask (?:him|her|them)|write|text|begin with|phrase it)[^.?!]{0,20}$"
)


def _without_quotes(reply: str, transcript: Transcript) -> str:
    """The reply with what others say, given back in quotation marks, blanked out; of the same length.

    “My son”, said back, is no claim to have one. Only what the seeker did write is blanked, or told of somebody ("he
    says that only he understands me", given back as "only I understand you"), and words offered for the seeker to say
    to someone, so that nothing can hide in quotation marks; where there is no conversation to look in, all of it is.
    """
    said = "\n".join(line.text for line in transcript if line.speaker is Speaker.SEEKER).lower()
    heard = {word[:4] for word in _WORD.findall(said)} | _TURNED

    def blank(match: re.Match[str]) -> str:
        inner = match[0][1:-1].strip().lower()
        own = (
            not transcript
            or inner in said
            or {word[:4] for word in _WORD.findall(inner)} <= heard
            or bool(_WORDING.search(reply[: match.start()].lower()))
        )
        return f"{match[0][0]}{'_' * (len(match[0]) - 2)}{match[0][-1]}" if own else match[0]

    return _QUOTED.sub(blank, reply)


_TURNED = frozenset({"you", "your", "him", "her", "the", "and"})
"""What changes when words are told of, and when they are given back."""

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
    for kind, sentence in heard_in(reply):
        found.setdefault(kind, sentence)
    return tuple(found.items())


def _agrees_with_harm(reply: str, transcript: Transcript) -> str:
    """The words of a plain agreement with a false or harmful claim that the seeker has just made."""
    last = next((line.text for line in reversed(transcript) if line.speaker is Speaker.SEEKER), "")
    if not last:
        return ""
    opening = _SHAPES["agrees"].search(folded(reply).lstrip())
    if opening and _SHAPES["harmful_claim"].search(folded(last)):
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


def needs_whole(risk: Risk, transcript: Transcript) -> bool:
    """Whether a reply must be checked whole before any of it is released.

    From tier `concern` up, since what is missing is a finding too; and the first reply, since whether it only advises
    is known at its end.
    """
    return risk.tier is not RiskTier.NONE or not any(line.speaker is Speaker.SUPPORTER for line in transcript)


class Releaser:
    """Lets a streamed draft through sentence by sentence, as long as it is safe.

    `feed` takes chunks and returns the sentences that may go out; `finish` says that the draft is complete. After a
    finding nothing more is released; `findings` tells why, and `released` is what went out, from which the rewrite
    goes on.
    """

    def __init__(
        self,
        *,
        transcript: Transcript = (),
        risk: Risk = _NO_RISK,
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
        searched = max(0, len(self._pending) - _LONGEST_END)
        self._pending += chunk
        if self._whole or len(self.released) > _MOST_BY_SENTENCE:
            return []
        out: list[str] = []
        while (end := SENTENCE_END.search(self._pending, searched)) and not self.findings:
            sentence, self._pending, searched = self._pending[: end.end()], self._pending[end.end() :], 0
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


_MOST_BY_SENTENCE = 2_000
"""Characters that are released sentence by sentence. Each sentence is read with all before it, so that a model that
does not stop would keep the guard busy for minutes; what is longer waits for its end."""

_LONGEST_END = 16
"""Characters in which a sentence ends, such as quotes and brackets; what stands before was searched already."""

_OF_THE_WHOLE = frozenset({U.MISSED_RISK, U.NO_PROBING, U.NO_RESOURCE, U.PREMATURE_ADVICE})


def safe_fallback(
    transcript: Transcript, *, locale: str = "en", risk: Risk = _NO_RISK, region: str | None = None
) -> str:
    """A brief safe reply for when the rewrite is unsafe too; authored, and not one that the transcript already holds.

    Where the risk asks for more, the crisis reply speaks instead: from `elevated` up, and at `concern` until the seeker
    was asked about suicide.
    """
    asked = any(Asked.SUICIDE in asked_in(line.text) for line in transcript if line.speaker is Speaker.SUPPORTER)
    if risk.tier.level >= RiskTier.ELEVATED.level or (risk.tier is RiskTier.CONCERN and not asked):
        return crisis_reply(transcript, risk, CrisisState(), region, locale=locale)[0]
    given = {line.text for line in transcript if line.speaker is Speaker.SUPPORTER}
    variants: Sequence[str] = guard_texts.FALLBACK["zh" if writes_chinese(transcript, locale) else "en"]
    unused = [text for text in variants if not any(text in line for line in given)]
    return unused[0] if unused else variants[len(given) % len(variants)]


__all__ = ["AI_NOTICE", "Releaser", "ai_notice", "find_unsafe", "needs_whole", "notice_due", "safe_fallback"]
