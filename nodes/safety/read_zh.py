"""What does one Chinese message show? Simplified, coded words mended, idioms cut out, then the rules with scope."""

import re
import unicodedata
from functools import lru_cache

from conversation.seeker import RiskTier
from nodes.safety.rule import Role, Rule, RuleSet, Sign, risk_rules
from nodes.safety.rulebook import read_rules

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
_CODED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"(?<![a-z])(?:嘎|噶)(?:了|掉)?(?:我)?自己|嘎了自己|噶了自己|嘎自己|噶自己|把自己嘎了|把自己噶了|噶掉自己|鲨了自己|鲨自己|刀自己", "杀了自己"),
        (r"自[鲨沙煞莎刹s杀*xX]+(?=$|[^\u4e00-\u9fff]|[了的吗呢吧过去未念想倾算怎会])|紫[砂杀沙鲨傻]|自殺|自​杀|zi ?sha(?![a-z])|自\s*杀|self杀|(?<![a-z])zs(?![a-z])|刀了自己|自刀", "自杀"),
        (r"想[si4噶嘎鼠寄似肆]+(?![a-z你])(?=$|[^\u4e00-\u9fff]|[了的啊吗呢吧])|想die|xiang ?si(?![a-z])|想丝|想逝", "想死"),
        (r"[不bB]u? ?xiang ?huo(?: ?le)?|不想火了|不想huo了?|bu想活|不想h了|不想嚯", "不想活"),
        (r"跳l(?![a-z])|跳lou|跳🏢|tiao ?lou", "跳楼"),
        (r"割w(?![a-z])|割wan|割碗|ge ?wan(?![a-z])", "割腕"),
        (r"自c(?![a-z])|自can|zi ?can(?![a-z])|自惨", "自残"),
        (r"去4|去鼠|去逝(?!世)|去si(?![a-z])|qu ?si(?![a-z])", "去死"),
        (r"s了(?=算了|得了|就|是不是|一了)|4了(?=算了|得了|就|一了)|鼠了(?=算了|得了|就)|寄了算了|嗝屁算了", "死了"),
        (r"安[眠m]y|安眠要", "安眠药"),
        (r"重开(?=算了|吧|一局人生|人生|$)|人生重开|重开算了", "自杀"),
        (r"(?:想|打算|准备|要)(?:自挂东南枝|去见阎王|见马克思|下线人生|注销账号人生|退出人生|卸载人生)", "想自杀"),
    )
)
RULES = RuleSet(risk_rules("risk_zh"))
_IDIOMS = re.compile(read_rules("idioms_zh")[0].pattern)
_FILLERS = re.compile(r"真的|其实|确实|简直|实在(?:是)?|好像|似乎|根本|就是觉得|感觉|(?<!不)觉得|有时候|反正")
_LAUGHTER = re.compile(r"[😂🤣😅😆]|哈哈|hhh|233|尴尬|社死|丢脸|笑死|糗|逗|搞笑|手滑|发错|(?<!不)开玩笑")
_NEGATED = re.compile(
    r"(?:没有?|不会|不是|没|别|绝不|从没|从未|从来没有?|并没有?|并不|并非|不想|不要|不打算|不至于|不可能|没想过?|没有想过?|绝对不会?|绝对没有|没打算|放弃了?|打消了?|不再|已经不|没有过?|从来不|不曾)"
    r"(?:真的|再|要|想|想过|去|有|过|打算|任何|会|什么|说|到|是|那种|这种|考虑|尝试|试过|试|用|用刀|拿刀|出现|产生|因为|因此|为此|傻到|动过|伤害|有过|真|到要|想要)*$"
)
_HEDGED = re.compile(r"(?:不敢|没勇气|没有勇气|下不了|不确定|不知道(?:是不是|会不会)|也许|可能|偶尔)[^,。]{0,6}$")
_PAST = re.compile(r"以前|之前|曾经|当年|小时候|那时候?|那年|高中|初中|大学时|几年前|\d+年前|很久以前|过去|年轻时|去年|前年|十几岁|早些年")
_WELL = re.compile(r"(?:现在|如今|后来|目前|已经|早就|都).{0,6}(?:好多了|好了|走出来|没事了|挺好|不会了|不这么想|过去了|康复|很好|庆幸|没有了|好起来|稳定)|走出来了|挺过来")
_REPORTED = re.compile(r"(?:问|以为|担心|怀疑|害怕|怕|觉得|误会)(?:我)?(?:是不是|会不会|会|有没有|要|想)?(?:不)?(?:会)?$")
_REPORTER = re.compile(r"(?:医生|咨询师|妈|爸|朋友|老师|同学|他们|他|她|家人|别人|大家|护士|老公|老婆)[^,。]{0,6}$")
_ENDS = re.compile(r"[。!！?？;；\n.…]+")
_CLAUSE_ENDS = "，,。!！?？;；\n.…但可而就"


@lru_cache(maxsize=8192)
def simplified(text: str) -> str:
    """NFKC, lower case, simplified, without spaces between Chinese characters, coded words mended."""
    text = unicodedata.normalize("NFKC", text).lower().replace("\u200b", "").translate(_TRADITIONAL)
    text = re.sub(r"(?<=[\u4e00-\u9fff])[ .·*_\-/|]+(?=[\u4e00-\u9fff])", "", text)
    text = _FILLERS.sub("", text)
    for pattern, plain in _CODED:
        text = pattern.sub(plain, text)
    return text


@lru_cache(maxsize=8192)
def read_chinese(text: str) -> tuple[Sign, ...]:
    """All signs that the Chinese rules find; empty at once where the text has neither Chinese nor its coded spellings."""
    if not _HAN.search(text) and not re.search(r"(?i)\b(?:zi ?sha|xiang ?si|bu ?xiang ?huo|tiao ?lou|ge ?wan|zi ?can|qu ?si)\b", text):
        return ()
    mended = simplified(text)
    cut = _IDIOMS.sub(lambda m: "~" * len(m[0]), mended)
    laughing = bool(_LAUGHTER.search(mended))
    signs: list[Sign] = []
    found: set[str] = set()
    for rule, match in RULES.matches(cut):
        if rule.name in found:
            continue
        tier = _in_scope(rule, cut, match, laughing)
        if tier is not None:
            found.add(rule.name)
            signs.append(Sign(rule.name, rule.kind, tier, rule.role, match[0].strip(), rule.third_party))
    return tuple(signs)


def _in_scope(rule: Rule, text: str, match: re.Match[str], laughing: bool) -> RiskTier | None:
    start = max((text.rfind(c, 0, match.start()) for c in "，,。!！?？;；\n.…"), default=-1) + 1
    before = text[start : match.start()]
    if rule.idiom_prone and laughing:
        return None
    if rule.negatable and rule.role is not Role.PLAN and _negated(before, match[0]):
        return None
    if rule.role is Role.SIGN and (asked := _REPORTED.search(before)) and _REPORTER.search(before[: asked.start()]):
        return None
    tier = rule.tier
    if tier.level > 1 and _HEDGED.search(before):
        tier = RiskTier.CONCERN
    if _PAST.search(before + match[0]):
        recovered = bool(_WELL.search(text))
        if not rule.speaks_of_past:
            return None if recovered else RiskTier.CONCERN
        if recovered and tier is RiskTier.ELEVATED:
            return RiskTier.CONCERN
    return tier


def _negated(before: str, words: str) -> bool:
    """Whether a negation stands right before the match, or opens it."""
    return bool(_NEGATED.search(before) or re.match(r"(?:我)?(?:没有?|不会|从没|从未|绝不|不打算|没想过?)(?!.{0,2}(?:勇气|救|人|希望|意))", words))
