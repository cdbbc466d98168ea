"""What does one seeker message show? All rules read once, with scope, and kept: a conversation grows line by line."""

import re
from functools import lru_cache
from typing import NamedTuple

from conversation.seeker import RiskKind, RiskTier
from nodes.safety.literals import Sieve
from nodes.safety.read_zh import read_chinese
from nodes.safety.rule import Role, Rule, RuleSet, Sign, risk_rules
from nodes.safety.rulebook import patterns, read_rules, whole_words
from nodes.safety.wording import plain

EN_RULES = RuleSet(
    (
        *risk_rules("suicide_en"),
        *risk_rules("urgent_en"),
        *risk_rules("oblique_en"),
        *risk_rules("concepts_en"),
        *risk_rules("leaving_en"),
        *risk_rules("other_en"),
    )
)
_IDIOMS = [
    re.compile(rf"(?<= )(?:{whole_words(way)})(?= )") for entry in read_rules("idioms_en") for way in entry.alternatives
]
_IDIOM_SIEVE = Sieve([idiom.pattern for idiom in _IDIOMS])

_SCOPE = patterns("scope_en")
_OWN = re.compile(r"\b(?:i|my|me|myself)\b")
"""Words of the first person: then a trade, a book or a class in the sentence takes nothing away."""
_LAUGHING = re.compile(r"[😂🤣😅😆😹]|\b(?:lol|lmao|lmfao|haha+|hehe+|rofl|xd)\b", re.IGNORECASE)
_TRADE_TOLD = "trade_told"
"""The context that is sought in the whole message: who speaks of their trade names its topics in other sentences."""
_LAUGHTER = re.compile(r" (?:lol|lmao|lmfao|haha+|hehe+|rofl|xd)(?= )")
_BARE = 7
"""Words and full stops besides the sign, in a message that says nothing else."""
_MEANT = re.compile(r"\bi (?:\w+ )?(?:should|might as well|want to|wish) ")

_CONTEXTS = {entry.name: re.compile(rf"(?<= )(?:{entry.pattern})(?= )") for entry in read_rules("contexts_en")}


class Reading(NamedTuple):
    """What one message shows, before the conversation around it is considered."""

    signs: tuple[Sign, ...]
    aside: tuple[tuple[int, int], ...] = ()
    """Stretches of the plain text that a rule knows and its scope set aside: negated, of a film, asked by someone."""
    aside_zh: tuple[tuple[int, int], ...] = ()
    """The same in simplified Chinese text."""

    @property
    def tier(self) -> RiskTier:
        """The highest tier that a sign raises by itself."""
        return max((s.tier for s in self.signs if s.role is Role.SIGN), key=lambda t: t.level, default=RiskTier.NONE)


@lru_cache(maxsize=8192)
def read(text: str) -> Reading:
    """All signs in one message, English and Chinese, in the order of the rules."""
    signs, aside = _read_english(text)
    signs_zh, aside_zh = read_chinese(text)
    return Reading((*signs, *signs_zh), aside, aside_zh)


def _read_english(text: str) -> tuple[list[Sign], tuple[tuple[int, int], ...]]:
    message = plain(text)
    if len(message.text) < 3:
        return [], ()
    cut = without_idioms(message.text)
    laughing = bool(_LAUGHING.search(text))
    signs = []
    aside = []
    found: set[str] = set()
    for rule, match in EN_RULES.matches(cut):
        if rule.name in found:
            continue
        tier = _in_scope(rule, cut, match, laughing)
        if tier is None:
            aside.append(match.span())
        else:
            found.add(rule.name)
            words = message.as_written(match.start(), match.end())
            kind = _told_as_past(rule, tier)
            signs.append(Sign(rule.name, kind, tier, rule.role, words, rule.third_party))
    return signs, tuple(aside)


@lru_cache(maxsize=8192)
def without_idioms(text: str) -> str:
    """The text with figures of speech blanked, positions kept."""
    for number in _IDIOM_SIEVE.candidates(text):
        text = _IDIOMS[number].sub(lambda match: "~" * len(match[0]), text)
    return text


def _told_as_past(rule: Rule, tier: RiskTier) -> RiskKind:
    """An overdose of years ago is an attempt that was made, and nothing that a poison line could still help."""
    past = rule.kind is RiskKind.OVERDOSE and rule.tier is RiskTier.IMMINENT and tier is RiskTier.CONCERN
    return RiskKind.SUICIDE if past else rule.kind


_OF_ONESELF = (RiskKind.SUICIDE, RiskKind.SELF_HARM, RiskKind.EATING)
_SUBJECTS = re.compile(
    r" (i|we|you|he|she|they|mom|dad|roommate|sister|brother|friend|wife|husband|boss|son|daughter|boyfriend|"
    r"girlfriend|partner|ex|neighbou?r|colleague|coworker|uncle|aunt|clients?|student|patient)(?= )"
)


def _subject(before: str) -> str:
    """The person that the words speak of: the last subject before them in the sentence; empty when there is none."""
    named = _SUBJECTS.findall(before)
    return named[-1] if named else ""


def _in_scope(rule: Rule, text: str, match: re.Match[str], laughing: bool) -> RiskTier | None:
    """The tier that this match really shows; None where it does not speak of the seeker's own risk now."""
    opens = text.rfind(" . ", 0, match.start())
    opens = 0 if opens < 0 else opens + 2
    closes = text.find(" . ", match.end() - 1)
    closes = len(text) if closes < 0 else closes + 1
    before = text[opens : match.start()]
    sentence = text[opens:closes]
    own = bool(_OWN.search(match[0]))
    if rule.idiom_prone and _CONTEXTS["figure"].search(_LAUGHTER.sub(" ", sentence)):
        return None
    if rule.idiom_prone and laughing:  # a laugh makes a figure of speech of a reason that is told, not of a bare wish
        bare = len(_LAUGHTER.sub(" ", text).split()) - len(match[0].split()) <= _BARE
        return RiskTier.CONCERN if bare and _MEANT.search(before + match[0]) else None
    if any(
        _CONTEXTS[name].search(text if name == _TRADE_TOLD else sentence)
        for name in rule.unless
        if name not in ("other_trade", _TRADE_TOLD) or not own
    ):
        return None
    negatable = rule.negatable and rule.role in (Role.SIGN, Role.WEAK)
    if negatable and _SCOPE["negated"].search(before) and not _SCOPE["unnegated"].search(before):
        return None
    fiction = _SCOPE["fiction"].search(before)
    if fiction and (rule.third_party or _SCOPE["fiction_verb"].search(before[fiction.start() :] + " ")):
        return None
    if rule.kind in _OF_ONESELF and not rule.third_party and not own and _subject(before) not in ("", "i", "we", "you"):
        return None
    asked = _SCOPE["asked"].search(before) if rule.role is Role.SIGN else None
    if asked and _SCOPE["others_ask"].search(before[: asked.start() + 1]):
        return None
    if _settled(text, sentence, match[0]) or (rule.kind is RiskKind.MEDICAL and _SCOPE["over"].search(text)):
        return None
    tier = rule.tier
    if tier.level > 1 and _SCOPE["hedged"].search(before):
        tier = RiskTier.CONCERN
    if not _SCOPE["past"].search(sentence):
        return tier
    well_now = bool(_SCOPE["well_now"].search(text))
    if not rule.speaks_of_past:
        return None if well_now else RiskTier.CONCERN
    return RiskTier.CONCERN if well_now and tier is RiskTier.ELEVATED else tier


_PRESENT = re.compile(r"\b(?:am|want|wish|keep|feel|can ?not|could|will|going|would|is|are|has|think(?:ing)?)\b")
"""A sign in such words speaks of now, whatever is told around it."""


def _settled(text: str, sentence: str, words: str) -> bool:
    """Whether the words tell of something long past, by someone who is well now, with nothing open."""
    if not (_SCOPE["long_past"].search(text) and _SCOPE["settled"].search(text)) or _SCOPE["reopened"].search(text):
        return False
    if _SCOPE["long_past"].search(sentence) or _SCOPE["past"].search(sentence):
        return True
    return not _PRESENT.search(words)


__all__ = ["EN_RULES", "Reading", "read", "without_idioms"]
