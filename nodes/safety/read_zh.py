"""What does one Chinese message show? Simplified, coded words mended, idioms cut out, then the rules with scope."""

import re
import unicodedata
from functools import lru_cache

from conversation.seeker import RiskKind, RiskTier
from nodes.safety.rule import Role, Rule, RuleSet, Sign, risk_rules
from nodes.safety.rulebook import patterns, read_rules

_HAN = re.compile(r"[\u4e00-\u9fff]")
_TRADITIONAL = str.maketrans(
    "殺盡斷結藥臥炭樓橋輕尋見離開這個們時後給對嗎還沒過說會為無與從來樂傷殘劃燙媽爸養孫妳麼樣點邊車軌場業職師學長"
    "頭臉腦聽聲監視蹤晶電門關鎖誰錯負擔拖纍贅廢應該義願遺書別話護熱線體覺醒夢裡裏飯減肥瀉嘔絕雙繼續幾萬氣憤總歲兒"
    "親爺嬸叔侵強姦猥褻虐暴動毆嚇脅偷獨憐愛優鬱壓難顧寵貓國將發現實際讓證幫請謝謝變換傳訊號邏輯雜亂誤認識讀寫剛纔燒"
    "鬼達終於寧準備計劃買賣單純靜靈魂墜橫豎舊棄戀擾擋紙繩槍彈縊",
    "杀尽断结药卧炭楼桥轻寻见离开这个们时后给对吗还没过说会为无与从来乐伤残划烫妈爸养孙你么样点边车轨场业职师学长"
    "头脸脑听声监视踪晶电门关锁谁错负担拖累赘废应该义愿遗书别话护热线体觉醒梦里里饭减肥泻呕绝双继续几万气愤总岁儿"
    "亲爷婶叔侵强奸猥亵虐暴动殴吓胁偷独怜爱优郁压难顾宠猫国将发现实际让证帮请谢谢变换传讯号逻辑杂乱误认识读写刚才烧"
    "鬼达终于宁准备计划买卖单纯静灵魂坠横竖旧弃恋扰挡纸绳枪弹缢",
)
_CODED = tuple((entry.name, re.compile(entry.pattern)) for entry in read_rules("coded_zh"))
"""The plain word, and how it is written around a filter; in this order."""
RULES = RuleSet((*risk_rules("risk_zh"), *risk_rules("urgent_zh")))
_IDIOMS = re.compile(read_rules("idioms_zh")[0].pattern)
_SCOPE = patterns("scope_zh")
_TOPICS = (RiskKind.SUICIDE, RiskKind.SELF_HARM)
"""Kinds that people name when they speak of their work, or of a film."""
_NOW = re.compile("今晚|今天|现在|马上|就去|准备")
"""A sign in such words speaks of now, whatever is told around it."""


@lru_cache(maxsize=8192)
def simplified(text: str) -> str:
    """NFKC, lower case, simplified, without spaces between Chinese characters, coded words mended."""
    text = unicodedata.normalize("NFKC", text).lower().replace("\u200b", "").translate(_TRADITIONAL)
    text = re.sub(r"(?<=[\u4e00-\u9fff])[ .·*_\-/|]+(?=[\u4e00-\u9fff])", "", text)
    text = _SCOPE["fillers"].sub("", text)
    for plain, coded in _CODED:
        text = coded.sub(plain, text)
    return text


def idioms_cut(mended: str) -> str:
    """Simplified text with figures of speech blanked, positions kept."""
    return _IDIOMS.sub(lambda match: "~" * len(match[0]), mended)


@lru_cache(maxsize=8192)
def read_chinese(text: str) -> tuple[tuple[Sign, ...], tuple[tuple[int, int], ...]]:
    """All signs that the Chinese rules find, and stretches that scope set aside.

    None at once where the text has no Chinese and none of its codes.
    """
    if not _HAN.search(text) and not re.search(
        r"(?i)\b(?:zi ?sha|xiang ?si|bu ?xiang ?huo|tiao ?lou|ge ?wan|zi ?can|qu ?si)\b", text
    ):
        return (), ()
    mended = simplified(text)
    cut = idioms_cut(mended)
    laughing = bool(_SCOPE["laughter"].search(mended))
    signs: list[Sign] = []
    aside: list[tuple[int, int]] = []
    found: set[str] = set()
    for rule, match in RULES.matches(cut):
        if rule.name in found:
            continue
        tier = _in_scope(rule, cut, match, laughing)
        if tier is None:
            aside.append(match.span())
        else:
            found.add(rule.name)
            signs.append(Sign(rule.name, rule.kind, tier, rule.role, match[0].strip(), rule.third_party))
    return tuple(signs), tuple(aside)


def _in_scope(rule: Rule, text: str, match: re.Match[str], laughing: bool) -> RiskTier | None:
    start = max((text.rfind(c, 0, match.start()) for c in "，,。!！?？;；\n.…"), default=-1) + 1
    before = text[start : match.start()]
    if rule.idiom_prone and laughing:
        return None
    if rule.kind in _TOPICS and not rule.third_party and _of_others(text, before + match[0]):
        return None
    if rule.negatable and rule.role is not Role.PLAN and _negated(before, match[0]):
        return None
    if (
        rule.role is Role.SIGN
        and (asked := _SCOPE["reported"].search(before))
        and _SCOPE["reporter"].search(before[: asked.start()])
    ):
        return None
    if rule.kind is RiskKind.MEDICAL and _SCOPE["over"].search(text):
        return None
    told = _SCOPE["long_past"].search(text) and _SCOPE["settled"].search(text)
    if told and not _SCOPE["reopened"].search(text) and not _NOW.search(match[0]):
        return None
    tier = rule.tier
    if tier.level > 1 and _SCOPE["hedged"].search(before):
        tier = RiskTier.CONCERN
    if _SCOPE["past"].search(before + match[0]):
        recovered = bool(_SCOPE["well"].search(text))
        if not rule.speaks_of_past:
            return None if recovered else RiskTier.CONCERN
        if recovered and tier is RiskTier.ELEVATED:
            return RiskTier.CONCERN
    return tier


def _of_others(text: str, clause: str) -> bool:
    """Whether the message speaks of a trade, a story or the news, and the clause not of the person who writes."""
    return bool(_SCOPE["topic"].search(text)) and not _SCOPE["own"].search(clause)


def _negated(before: str, words: str) -> bool:
    """Whether a negation stands right before the match, or opens it."""
    return bool(
        _SCOPE["negated"].search(before)
        or re.match(r"(?:我)?(?:没有?|不会|从没|从未|绝不|不打算|没想过?)(?!.{0,2}(?:勇气|救|人|希望|意))", words)
    )
