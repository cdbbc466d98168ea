"""What is a reply made of? Whether it only advises, whether advice was asked for, whose word a label was."""

import re
from functools import lru_cache

from conversation.dialogue import Speaker, Transcript
from nodes.safety.wording import folded

_SENTENCES = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_ADVICE = re.compile(
    r"^(?:and |but |then |also |so |first,? |second,? |next,? |finally,? |maybe |perhaps |just |well,? |okay,? |\W|\d+[.)] ?)*(?:you (?:should|could|need to|must|have to|ought to|might want to|may want to|can (?:try|start|always)|'d better)|"
    r"try|have you (?:tried|considered|thought (?:about|of) (?:talking|seeing|trying|getting|taking|going|joining|looking|making|writing|asking|doing))|why don't you|why not|i(?:'d| would| could| can)? (?:suggest|recommend|advise|urge|encourage)|"
    r"my advice|it (?:would|might|could) (?:help|be (?:good|helpful|best|better|a good idea|wise)) (?:to|if)|the best thing|what you (?:need|should|could)|consider|start (?:by|with)|make (?:a|sure|an|some|time)|take (?:a|some|deep|it one|care|time)|"
    r"talk to|speak (?:to|with)|go (?:for|to|out|see)|get (?:some|a|more|out|help)|write (?:down|a|your)|focus on|avoid|ignore|leave|tell (?:him|her|them|your)|block|confront|challenge|learn|choose|think about (?:what|how|joining|talking)|keep (?:a|yourself|busy)|practi[cs]e|exercise|see a|find (?:a|some)|join|ask (?:your|him|her|them|for)|set (?:a|some|boundaries)|"
    r"remember to|do not|don't|stop|let (?:it|go)|apply|update|contact|book|call your|meditat\w+|breathe|sleep|drink|eat|put|use|give (?:it|yourself|him|her)|look for|reach out|how about (?:you|trying|talking|going|making|taking|joining|getting)|what about (?:trying|talking|going|making|taking|joining|getting)|if i were you)\b"
    r"|^(?:你)?(?:应该|可以|要|需要|不妨|最好|得|试试|建议|尝试|去|多|先|别(?!人)|不要|学会|找|可以试|为什么不|何不)|我建议|我劝你|不如"
)
_FORMULA = re.compile(
    r"^(?:hi|hello|hey|oh|i(?:'m| am) (?:so |really |very )?sorry(?: to hear (?:that|this|about (?:that|this|it)))?|sorry to hear (?:that|this)|thank(?:s| you)(?: for (?:sharing|telling me|reaching out))?|okay|ok|i (?:understand|see|hear you)|that(?:'s| is) (?:tough|hard|sad|rough)|got it|sure|right|你好|谢谢|抱歉|我理解|我明白|很遗憾|听到这些很难过)\W*$"
)
_ASKS_ADVICE = re.compile(
    r"\bwhat (?:should|can|do|would|could|am i supposed to|must|else can) (?:i|you|we)\b|\bhow (?:do|can|should|could|would) (?:i|you|we)\b|\bshould i\b|\bany (?:advice|ideas?|suggestions?|tips|thoughts)\b|\b(?:need|want|looking for|give me|some|your|like) (?:some |your |any |a bit of )?(?:advice|suggestions?|guidance|ideas|tips)\b|"
    r"\bwhat would you do\b|\bis there (?:anything|something|a way)\b|\bhelp me (?:decide|figure|find|plan|with|to)\b|\btell me what to do\b|\b(?:don't|do not|not sure|no idea|not know) (?:know )?what to do\b|\bwhat to do\b|怎么办|怎么做|该不该|应该(?:怎么|如何)|有什么(?:办法|建议|方法)|给(?:我)?(?:点|些|个)?建议|如何|要不要|你觉得我该|怎样才能|怎么才能"
)
_LABELS = re.compile(
    r"depress|bipolar|anxiety|adhd|ptsd|autis|narciss|borderline|bpd|ocd|schizo|psycho|anorexi|bulimi|addict|alcoholic|codependen|dissociat|mani|抑郁|双相|焦虑症|强迫|躁郁|人格|自恋|自闭|多动|创伤后|分裂|厌食|障碍"
)


@lru_cache(maxsize=4096)
def asks_for_advice(seeker_text: str) -> bool:
    """Whether the seeker asks what to do; then advice is an answer, and not premature."""
    return bool(_ASKS_ADVICE.search(folded(seeker_text)))


@lru_cache(maxsize=4096)
def advises_only(reply: str) -> str:
    """The first advising sentence of a reply that holds nothing but advice and formulas; empty otherwise.

    A question that is no advice in disguise, a reflection or any other sentence is enough to make it more than advice.
    """
    first = ""
    for match in _SENTENCES.finditer(folded(reply)):
        sentence = match[0].strip(" \"'\t-*•")
        if not sentence or _FORMULA.match(sentence):
            continue
        if not _ADVICE.search(sentence):
            return ""
        first = first or sentence
    return first


def repeats_label(words: str, transcript: Transcript) -> bool:
    """Whether a label in a reply is one that the seeker used before: saying it back is no diagnosis."""
    label = _LABELS.search(folded(words))
    if label is None:
        return False
    return any(label[0] in folded(line.text) for line in transcript if line.speaker is Speaker.SEEKER)


_FRAME = re.compile(
    r"\b(?:you(?:'ve| have|'re| are|'d| had)? (?:(?:still|also|keep|always|often|even|just|now|then|been|so|sometimes|both) )*(?:feel|felt|feeling|tell yourself|told yourself|telling yourself|ask|asked|asking|think|thought|thinking|believe|believed|"
    r"hope|hoped|wish|wished|worry|worried|wonder|wondered|fear|feared|afraid|said|say|saying|mentioned|call yourself|calling yourself|see yourself|seeing yourself|convinced|sure|certain|were told|was told|imagine|imagined|sound convinced|"
    r"blame|blaming|heard|describe|described|wrote|know|expect|expected|remember|learned|notice|noticed|fighting the thought|want to believe)|it (?:feels|felt)(?: to you)? (?:as (?:if|though)|like)|feels? (?:as (?:if|though)|like)|"
    r"(?:people|they|others|everyone|everybody|he|she|someone|your [a-z]+|the voices?|friends) (?:all |keep |kept |always |often |once |just |has |have )*(?:tell|tells|told|telling|say|says|said|saying|call|calls|called|insist|insists|think|thinks|thought|want you to|expect|expects|made)|"
    r"part of you|how convinced|as (?:if|though)|the (?:thought|idea|fear|feeling|sense|belief|voice|question|sentence|words?) (?:that|of|is)|whether|words like|being told|hearing)\b[^.?!]*$"
    r"|(?:你|您)(?:总|一直|总是|老是|有时|常常|好像|可能|也|又|很|会|在|是|都|还|会不会|一定)*(?:劝自己|告诉自己|觉得|感觉|感到|希望|认为|以为|说|怪自己|在怪|害怕|担心|怕|想着|怀疑|相信|问自己|责怪)[^。？！?!]*$|(?:大家|别人|他们|他|她|所有人|身边的人|爸妈|家人|朋友|人家)(?:都|总|老|一直|也|会|常)*(?:劝|说|叫|让|告诉|觉得|骂|认为|要)[^。？！?!]*$|(?:好像|仿佛|似乎|是不是觉得)[^。？！?!]*$"
)
_OWN_VOICE = re.compile(r"^(?:yes|exactly|you(?:'re| are) (?:right|correct)|i agree|indeed|true|是的|没错|你说得对|对)")


def attributed(text: str, start: int, words: str) -> bool:
    """Whether what is said from `start` on is given as somebody's view ("you feel that …", "people tell you to …").

    A reflection puts hard words into the seeker's mouth, not into the supporter's. Agreement ("you're right …") is the
    supporter's own voice again.
    """
    return bool(_FRAME.search(text[:start])) and not _OWN_VOICE.search(words.strip())
