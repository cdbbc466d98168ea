"""What was the seeker asked, and what did they answer? A bare "yes" is grave after one question and nothing after another."""

import re
from enum import StrEnum
from functools import lru_cache

from nodes.safety.wording import folded, plain


class Asked(StrEnum):
    """Questions about safety that a supporter may have asked."""

    SUICIDE = "suicide"
    PLAN = "plan"
    MEANS = "means"
    DONE = "done"
    SAFE = "safe"
    SELF_HARM = "self_harm"
    OTHERS = "harm_to_others"


class Answer(StrEnum):
    """How a short answer leans."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    NONE = "none"


_ASKS: tuple[tuple[Asked, re.Pattern[str]], ...] = tuple(
    (asked, re.compile(pattern))
    for asked, pattern in (
        (
            Asked.SUICIDE,
            r"(?:suicid|kill(?:ing)? yourself|end(?:ing)? your (?:own )?life|tak(?:e|ing) your (?:own )?life|wish(?:ing)? you were dead|"
            r"want(?:ing)? to die|better off dead)[^.!]*\?|"
            r"\b(?:ask|know|asking|understand|hear)\b[^.!?]{0,30}\b(?:whether|if)\b[^.!?]{0,40}\b(?:suicid|kill(?:ing)? yourself|end(?:ing)? your life|want(?:ing)? to die)|"
            r"\bsuicid[^.!?]*\. (?:is|does|do|has|have|are)\b[^.!?]{0,30}\b(?:you|that|this)\b[^.!?]*\?|(?:想知道|想问)[^。!！?？]{0,12}(?:是不是|有没有|是否)[^。!！?？]{0,10}自杀|自杀[^。!！]*[?？吗]|结束(?:自己的?)?生命[^。!！]*[?？吗]|想死[^。!！]*[?？吗]",
        ),
        (
            Asked.PLAN,
            r"(?:thought about how|have a plan|made a plan|plan for (?:how|ending)|how you (?:would|might) do it|when you (?:would|might))[^.!]*\?|"
            r"(?:计划|打算怎么|想过怎么做|具体)[^。!！]*[?？吗]",
        ),
        (
            Asked.MEANS,
            r"(?:anything|something|pills|means|weapon|gun|medicines?|things)[^.!?]*(?:near you|with you|nearby|within reach|to hand|at hand|in reach|where you are|could use)[^.!]*\?|"
            r"(?:身边|手边|附近)[^。!！]*(?:药|刀|东西|绳|伤害自己)[^。!！]*[?？吗]",
        ),
        (
            Asked.DONE,
            r"(?:have you|did you)[^.!?]*(?:taken (?:anything|something|any)|done anything|hurt yourself|already (?:taken|done))[^.!]*\?|"
            r"(?:已经|有没有|是否)[^。!！]*(?:吃了|服了|做了什么|伤害了自己|吞)[^。!！]*[?？吗]",
        ),
        (Asked.SELF_HARM, r"(?:hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?) yourself(?! some| off| a )[^.!]*\?|(?:伤害自己|自伤|自残)[^。!！]*[?？吗]"),
        (Asked.SAFE, r"(?:are|do|is)[^.!?]*\bsafe\b[^.!]*\?|安全[^。!！]*[?？吗]"),
        (Asked.OTHERS, r"(?:hurt|harm|kill)(?:ing)? (?:someone|anyone|him|her|them|somebody|others)[^.!]*\?|伤害(?:别人|他人|他|她)[^。!！]*[?？吗]"),
    )
)


@lru_cache(maxsize=4096)
def asked_in(supporter_text: str) -> frozenset[Asked]:
    """Which questions about safety a supporter's message asks."""
    text = folded(supporter_text)
    return frozenset(asked for asked, pattern in _ASKS if pattern.search(text))


_YES = re.compile(
    r"^ (?:, )?(?:yes|yeah|yea|yep|yup|ya|y|i am|i have(?! tried| not| never| no)|i do(?! not)|i did(?! not)|i think so|guess|i guess(?: so)?|kind of|sort of|a little|a bit|some|some days|"
    r"sometimes|every day|all the time|most days|many times|a lot|definitely|true|correct|of course|if i am honest|to be honest|"
    r"honestly yes|more than once|i suppose|suppose so|lately|it has crossed my mind|the thought has|it crossed my mind|now and then|"
    r"at times|occasionally|both|how did you know|is it that obvious|would it matter|what if i am|what if i (?:do|did|was)|affirmative|"
    r"mhm|mm|uh huh|nods|they are|it is|there is|right here|in my (?:room|drawer|bag|car|kitchen|pocket)|i took|last night|tonight|today)(?= |$)"
)
_NO = re.compile(
    r"^ (?:, )?(?:oh |god |no , |well , |haha |lol |honestly )*(?:no|nope|nah|never|not (?:at all|suicidal|that|like that|anymore|now|right now|me|really|in that way|going to)|of course not|i am not|i would never|"
    r"i do not|i have not|i did not|it is not like that|nothing like that|absolutely not|i am safe|i am okay|i am fine|definitely not|do not worry)(?= |$)"
)
_UNSURE = re.compile(
    r"^ (?:, )?(?:i do not know|do not know|idk|dunno|not sure|i am not sure|maybe|perhaps|why|why do you ask|does it matter|who cares|what does it matter|"
    r"i do not want to (?:talk|answer|say)|i would not say|i can not say|would you blame me|it is complicated|no comment|hard to say|\.|not exactly|"
    r"i can not answer|depends|it depends|can i not answer|rather not say|i would rather not|pass|next question|not (?:yet|today|tonight))(?= |$)"
)
_ZH_YES = re.compile(r"^[,，。.…\s]*(?:是的?|对|嗯+|有的?|有过|有想过|想过|会|有时|偶尔|经常|一直|每天|是啊|没错|算是|有点|有一点|可能有|大概|嗯嗯|确实|在|就在|已经|吃了|准备好了|想好了)")
_ZH_NO = re.compile(r"^[,，。.…\s]*(?:没有?|不是|不会|没|不|放心|当然没|从来没|我没事|我很安全|安全的|怎么会|绝对没有)(?!知道|清楚|确定|好说|想说|想活|敢|知)")
_ZH_UNSURE = re.compile(r"^[,，。.…\s]*(?:不知道|不清楚|不确定|说不清|不好说|不想说|也许|可能吧|为什么(?:这么)?问|有什么区别|重要吗|随便|无所谓)")


@lru_cache(maxsize=4096)
def answer_of(seeker_text: str) -> Answer:
    """How a message answers a yes-or-no question, by the way it begins."""
    text = plain(seeker_text).text.removeprefix(" .")
    raw = seeker_text.strip().lower()
    if not raw.strip(".… "):
        return Answer.UNSURE
    if _UNSURE.search(text) or _ZH_UNSURE.search(raw) or raw.startswith(("maybe", "perhaps", "probably")):
        return Answer.UNSURE
    if _NO.search(text) or _ZH_NO.search(raw):
        return Answer.NO
    if _YES.search(text) or _ZH_YES.search(raw) or raw.startswith(("sometimes", "often", "honestly yes", "probably")):
        return Answer.YES
    return Answer.NONE
