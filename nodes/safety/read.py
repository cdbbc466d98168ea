"""What does one seeker message show? All rules read once, with scope, and kept: a conversation grows line by line."""

import re
from functools import lru_cache
from typing import NamedTuple

from conversation.seeker import RiskTier
from nodes.safety.literals import Sieve
from nodes.safety.rule import Role, Rule, RuleSet, Sign, risk_rules
from nodes.safety.rulebook import read_rules, whole_words
from nodes.safety.wording import Plain, plain

EN_RULES = RuleSet((*risk_rules("suicide_en"), *risk_rules("oblique_en"), *risk_rules("concepts_en"), *risk_rules("other_en")))
_IDIOMS = [re.compile(rf"(?<= )(?:{whole_words(way)})(?= )") for entry in read_rules("idioms_en") for way in entry.alternatives]
_IDIOM_SIEVE = Sieve([idiom.pattern for idiom in _IDIOMS])

_NEGATED = re.compile(
    r"(?: not| never| nowhere near| no longer| no| without| nor| neither| stopped| nothing| denied| far from| rid of)"
    r"(?: (?:going|planning|about|want|wanted|wanting|trying|thinking|thoughts?|feel|feeling|felt|like|to|on|of|that|have|had|"
    r"having|any|plans?|intention|intentions|desire|wish|urges?|a|the|do|would|will|intend|considering|consider|actively|at|all|"
    r"in|danger|risk|be|been|being|am|is|was|or|ever|considered|think about|think of|need|attempt|attempted|tried|been|"
    r"mean|saying i want|about to|anything|something|myself))* $"
)
_UNNEGATED = re.compile(r" not (?:stop|help|stand|shake|get|wait|sure|deny|only|know|want to admit|lie)\b| (?:never|not) [^.]*\b(?:so|this|more|as) ")
_HEDGED = re.compile(r" (?:not (?:think|saying|say|mean|believe|sure)|would never|could never|never (?:actually )?(?:would|do it|act)|too (?:scared|much of a coward)) ")
_PAST = re.compile(
    r" (?:years ago|when i was (?:a |in |young|little|younger|\d|at |(?:eight|nine|ten|eleven|twelve|\w+teen|twenty)\b)|back then|back in|used to|in (?:high school|middle school|college|"
    r"university|my (?:teens|twenties|20s|past|youth)|19\d\d|20\d\d)|as a (?:teen|teenager|kid|child)|last year|in the past|"
    r"a long time ago|long ago|once upon|at (?:15|16|17|18|19|one point)|decades? ago) "
)
_WELL_NOW = re.compile(
    r" (?:not anymore|no longer|long (?:behind|over|gone|since)|(?:am|doing|feel|feeling|been) (?:much |a lot |far |so much |way )?"
    r"(?:better|okay|fine|well|good|stable|happy)(?: (?:now|today|these days))?|better now|fine now|got help|recovered|recovery|glad i (?:did not|am still)|"
    r"passed|behind me|in a (?:good|better) place|came through|got through|past (?:it|that)|life i love|love my life|(?:grateful|glad|happy|thankful) (?:i am|to be)(?: still)? (?:here|alive)|survived it|therapy helped|that is over) "
)
_FICTION = re.compile(
    r" (?:song|lyrics?|movie|film|book|character|novel|episode|series|show|play|poem|podcast|documentary|game|title|album|article|"
    r"paper|essay|class|lecture|story|thesis|script|quote|meme|news|headline|research|training|course|seminar|workshop) (?:[^ .]+ ){0,8}$"
)
_FICTION_VERB = re.compile(r" (?:says?|said|goes|sings?|about|where|who|called|titled|named|is|on|wrote|whose|when|in which|study|studying|presentation) ")
_ASKED = re.compile(r" (?:ask(?:s|ed|ing)?|wonder(?:s|ed)?|worr(?:y|ies|ied)|thinks?|thought|assum\w+|check(?:s|ed)?|accus\w+) (?:me |that |about )?(?:if|whether|that)? ?(?:i (?:am|was|would|want(?:ed)?|have) )?(?:to |ever |any )?(?:[^ .]+ )?$")
_OTHERS_ASK = re.compile(r" (?:she|he|they|people|everyone|doctor|therapist|mom|dad|friend|friends|someone|nurse|counselor|psychiatrist|family|you) [^.]{0,25}$")
_OWN = re.compile(r"\b(?:i|my|me|myself)\b")
"""Words of the first person: then a trade, a book or a class in the sentence takes nothing away."""
_LAUGHING = re.compile(r"[😂🤣😅😆😹]|\b(?:lol|lmao|lmfao|haha+|hehe+|rofl|xd)\b", re.IGNORECASE)


_CONTEXTS = {entry.name: re.compile(rf"(?<= )(?:{entry.pattern})(?= )") for entry in read_rules("contexts_en")}


class Reading(NamedTuple):
    """What one message shows, before the conversation around it is considered."""

    signs: tuple[Sign, ...]

    @property
    def tier(self) -> RiskTier:
        """The highest tier that a sign raises by itself."""
        return max((s.tier for s in self.signs if s.role is Role.SIGN), key=lambda t: t.level, default=RiskTier.NONE)


@lru_cache(maxsize=8192)
def read(text: str) -> Reading:
    """All signs in one message, English and Chinese, in the order of the rules."""
    from nodes.safety.read_zh import read_chinese

    return Reading((*_read_english(text), *read_chinese(text)))


def _read_english(text: str) -> list[Sign]:
    message = plain(text)
    if len(message.text) < 3:
        return []
    cut = _without_idioms(message.text)
    laughing = bool(_LAUGHING.search(text))
    signs = []
    found: set[str] = set()
    for rule, match in EN_RULES.matches(cut):
        if rule.name in found:
            continue
        tier = _in_scope(rule, cut, match, laughing)
        if tier is not None:
            found.add(rule.name)
            words = message.as_written(match.start(), match.end())
            signs.append(Sign(rule.name, rule.kind, tier, rule.role, words, rule.third_party))
    return signs


def _without_idioms(text: str) -> str:
    """The text with figures of speech blanked, positions kept."""
    for number in _IDIOM_SIEVE.candidates(text):
        text = _IDIOMS[number].sub(lambda match: "~" * len(match[0]), text)
    return text


def _in_scope(rule: Rule, text: str, match: re.Match[str], laughing: bool) -> RiskTier | None:
    """The tier that this match really shows; None where it does not speak of the seeker's own risk now."""
    opens = text.rfind(" . ", 0, match.start())
    opens = 0 if opens < 0 else opens + 2
    closes = text.find(" . ", match.end() - 1)
    closes = len(text) if closes < 0 else closes + 1
    before = text[opens : match.start()]
    sentence = text[opens:closes]
    own = bool(_OWN.search(match[0]))
    if rule.idiom_prone and (laughing or _CONTEXTS["figure"].search(sentence)):
        return None
    if any(_CONTEXTS[name].search(sentence) for name in rule.unless if name != "other_trade" or not own):
        return None
    if rule.negatable and rule.role in (Role.SIGN, Role.WEAK) and _NEGATED.search(before) and not _UNNEGATED.search(before):
        return None
    fiction = _FICTION.search(before)
    if fiction and _FICTION_VERB.search(before[fiction.start() :] + " "):
        return None
    if rule.role is Role.SIGN and _ASKED.search(before) and _OTHERS_ASK.search(before[: _ASKED.search(before).start() + 1]):  # type: ignore[union-attr]
        return None
    tier = rule.tier
    if tier.level > 1 and _HEDGED.search(before):
        tier = RiskTier.CONCERN
    if not rule.speaks_of_past and _PAST.search(sentence):
        if _WELL_NOW.search(text):
            return None
        tier = RiskTier.CONCERN
    elif rule.speaks_of_past and tier is RiskTier.ELEVATED and _PAST.search(sentence) and _WELL_NOW.search(text):
        tier = RiskTier.CONCERN
    return tier


__all__ = ["EN_RULES", "Plain", "Reading", "read"]
