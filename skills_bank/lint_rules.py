"""What may no skill say, and where? Patterns over plain lower-case English, each with the reason that is given.

The reply guard judges what is said to a seeker; these rules are wider, since a skill also instructs. They are a floor:
a skill that passes is not thereby safe, and the safety suite still has to pass whole (DESIGN.md, Acceptance).
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """What a text in a skill is for, which decides how it is read."""

    SAID = "said"
    """Wording and replies of good examples: spoken to the seeker."""
    DONE = "done"
    """Aims, actions, conditions, what to do instead: instructions to the supporter."""
    WHY = "why"
    """The rationale."""
    AVOIDED = "avoided"
    """`avoid` of a step: what must not be done, so that naming a fault is right."""
    AGAINST = "against"
    """Exclusions, pitfalls, counter-examples, limits: naming a fault is right."""
    SEEKER = "seeker"
    """A seeker's words in an example."""


SPOKEN = frozenset({Place.SAID})
INSTRUCTING = frozenset({Place.DONE})
GUIDING = SPOKEN | INSTRUCTING
REASONING = GUIDING | {Place.WHY}
WARNING = frozenset({Place.AVOIDED})
EVERYWHERE = frozenset(Place)


@dataclass(frozen=True)
class Rule:
    """One thing that no skill may say.

    Attributes:
        reason: What the text does, in words that follow its place.
        places: Where it is looked for.
        pattern: Over plain text, as `lint` folds it.
        negatable: Whether "never …" or "do not …" before it makes it right, in instructions.
    """

    reason: str
    places: frozenset[Place]
    pattern: re.Pattern[str]
    negatable: bool = True


def _rule(reason: str, places: frozenset[Place], *ways: str, negatable: bool = True) -> Rule:
    return Rule(reason, places, re.compile("|".join(f"(?:{way})" for way in ways)), negatable)


def _w(*words: str) -> str:
    """Any of these, as whole words."""
    return rf"\b(?:{'|'.join(words)})\b"


def _near(first: str, second: str, most: int = 30) -> str:
    """One and then the other within a clause, at most so many characters between."""
    return rf"{first}[^.;!?]{{0,{most}}}{second}"


_WHOM = r"(?:the seeker|seekers|the user|people|them|him|her)"
_SEEK_RISK = _w(
    r"suicid\w*", "self-harm", "helplines?", "hotlines?", "crisis lines?", "emergency services?", "signs? of risk",
    "questions? about (?:risk|safety)",
)  # fmt: skip
_HELP = _w("professional help", "doctors?", "therapists?", "counsell?ors?")
_MACHINE = _w("an ai", "ai", "software", "a machine", "a bot", "a program")
_NOT = _w("skip", "ignore", "bypass", "disable", "override", "suppress", "omit", "leave out", "drop", "avoid",
          "postpone", "delay", "never", "don't", "do not", "without", "no need to")  # fmt: skip
_DISORDER = (
    r"(?:clinical depression|depression|adhd|autism|autistic|bipolar|ptsd|ocd|an(?:xiety)? disorder|panic disorder|"
    r"borderline personality|schizophreni\w+|anorexi\w+|bulimi\w+|an eating disorder|psychosis|a personality "
    r"disorder)\b"
)
_DRUG = _w(
    "antidepressants?", "ssris?", "benzodiazepines?", "sedatives?", "sleeping (?:pills?|tablets?)", "painkillers?",
    "melatonin", "sertraline", "fluoxetine", "prozac", "zoloft", "xanax", "alprazolam", "valium", "diazepam",
    "lorazepam", "lithium", "ritalin", "citalopram", "ibuprofen", "paracetamol", "st\\.? john's wort", "supplements?",
    "medications?", "medicines?", "meds", "tablets", "pills", "dos(?:e|es|age)", "prescriptions?",
)  # fmt: skip
_HANDLE = _w("take", "taking", "try", "use", "start", "stop", "stopping", "increase", "reduce", "double", "halve",
             "skip", "switch", "swap", "change", "adjust", "come off", "quit")  # fmt: skip
_NOBODY = "(?:nobody|no one|no-one)"
_I_AM = r"\bi(?:'m| am)\b"
_FELT = _w("proud", "happy", "sad", "heartbroken", "devastated", "excited", "worried", "angry", "touched", "moved",
           "hurt", "scared", "afraid", "lonely", "anxious", "depressed", "upset", "furious", "overwhelmed", "glad",
           "delighted", "fond")  # fmt: skip
_MINE = _w("mother", "father", "mum", "mom", "dad", "parents?", "brother", "sister", "wife", "husband", "partner",
           "boyfriend", "girlfriend", "son", "daughter", "children", "kids", "grand(?:mother|father)", "friends?",
           "boss", "therapist", "childhood", "divorce", "breakup", "marriage", "life", "body", "heart", "eyes",
           "tears", "gut", "(?:own )?experiences?")  # fmt: skip
_ROLE = ("(?:human|person|therapist|counsell?or|psychologist|doctor|nurse|woman|man|mother|father|parent|friend|"
         "survivor|professional)")  # fmt: skip

RULES: tuple[Rule, ...] = (
    _rule(
        "touches the safety rules, which no skill may",
        GUIDING,
        r"\b(?:crisis|risk) gate\b|\bcrisis (?:reply|path|protocol|check)\b|\brisk tiers?\b|\bai notice\b",
        r"\bsafety (?:rules?|checks?|filters?|suite|polic(?:y|ies)|protocol|guard|instructions?)\b",
        r"\breply guard\b|\bthe guard (?:finds|checks|rejects|refuses|lets)\b|\bhand-?offs?\b",
        r"\bhand(?:ing)? (?:over|off) to a (?:person|human)\b",
        negatable=False,
    ),
    _rule(
        "steers away from asking about risk or naming help",
        GUIDING,
        # "Never ask leading questions about suicide" and "do not only name a helpline" are sound.
        _near(rf"{_NOT}(?![^.;!?]{{0,30}}\b(?:leading|only|just|merely)\b)", _SEEK_RISK, 50),
        _near(_near(_w("treat", "read", "count", "regard"), r"\bas (?:no|low|harmless|not a)\b", 50), _w("risk"), 12),
        negatable=False,
    ),
    _rule(
        "steers away from asking about risk or naming help",
        WARNING,
        # "Asking leading questions about suicide" is a right warning; "asking about suicide" is not.
        r"^(?:ask|nam|mention|refer|point|suggest|offer|talk|us|say|any (?:question|mention|talk))\w*\b"
        rf"(?![^.;!?]{{0,20}}\b(?:leading|only|as if)\b)[^.;!?]{{0,50}}{_SEEK_RISK}(?! as if)",
        rf"^(?:nam|mention|refer|point|suggest|offer|recommend)\w*\b(?![^.;!?]{{0,20}}\bonly\b)[^.;!?]{{0,40}}{_HELP}",
        negatable=False,
    ),
    _rule(
        "hides that the supporter is software",
        GUIDING | WARNING,
        _near(
            _near(_w("don't", "do not", "never", "avoid", "no need to"), _w(r"(?:say|tell|admit|mention|reveal)\w*")),
            _MACHINE,
        ),
        rf"^(?:say|tell|admit|mention|reveal)\w*\b[^.;!?]{{0,30}}\b(?:you are|it is|being) {_MACHINE}",
        negatable=False,
    ),
    _rule(
        "speaks of the judge or the score",
        REASONING,
        r"\b(?:sage|llm|simulated|evaluating) judge\b|\bemotion(?:al)? (?:score|points?|value|scale)\b",
        r"\bthe judge(?:'s)? (?:scor|reward|rat|apprais|prefer|like|expect|verdict|prompt|sees|notices|thoughts?)\w*",
        r"\b(?:please|impress|satisfy|convince|flatter|fool) the judge\b|\bpoints? of emotion\b|\bfive stars\b",
        negatable=False,
    ),
    _rule(
        # Not in wording: a seeker's own marks and scores may be spoken of.
        "speaks of the judge or the score",
        REASONING - SPOKEN,
        _near(
            _w(r"(?:rais|increas|maximi[sz]|boost|improv|gain|win|earn)\w*"), _w("scores?", "points", "ratings?"), 25
        ),
        r"\b(?:high|higher|final|better|good|best|top|full) (?:scores?|ratings?)\b|\bevaluators?\b|\bgraders?\b",
        negatable=False,
    ),
    _rule(
        "fishes for praise of the supporter",
        GUIDING,
        r"\brate (?:me|this (?:chat|talk|conversation)|our|my)\b",
        r"\b(?:tell|say to) me (?:how|that) (?:i|this) (?:am|was|helped|have helped|did)\b",
        r"\b(?:was i|am i|have i been) (?:helpful|any help|of help|doing well|good)\b",
        _near(_w("ask"), _w("for (?:praise|thanks|a compliment)", "to (?:thank|praise|rate)")),
    ),
    _rule(
        "speaks of hidden intentions or of the simulation",
        REASONING,
        r"\b(?:hidden|secret|latent|undisclosed) (?:intentions?|agendas?|goals?|state)\b",
        r"\b(?:seeker|user)'?s (?:real|true) (?:intention|agenda|goal)\b",
        r"\bsimulat(?:ed|ion|or)\b|\btrust (?:level|score|value)\b|\bsage (?:intention|character|profile)s?\b",
        r"\bprofile(?:'s)? (?:id|card|type|says)\b|\bprofile of the seeker\b",
        negatable=False,
    ),
    _rule(
        "speaks of other users",
        GUIDING,
        r"\b(?:other|another|previous|earlier|former) (?:users?|seekers?)\b",
        r"\b(?:other|another) (?:conversations?|chats?)\b",
        r"\b(?:someone|somebody|people|a person|others)(?: else)? who (?:wrote|writes?|talks?|talked) to (?:me|us)\b",
        r"\b(?:someone|somebody|people|others)(?: else)? i (?:talk|talked|speak|spoke|chat|chatted) (?:to|with)\b",
    ),
    _rule(
        # "Since the diagnosis" is the seeker's own; making one is not the supporter's.
        "gives a diagnosis",
        GUIDING,
        r"\bdiagnos(?:e|es|ing)\b|\b(?:give|make|offer|suggest|my|your likely|name) (?:an? |the )?diagnosis\b",
        r"\byou (?:may |might |probably |likely |clearly |must |could )?(?:have|are|suffer from|show signs of)"
        rf"(?: an?)? {_DISORDER}",
        r"\b(?:this|it|that) (?:is|sounds like|looks like|could be|may be|must be)(?: a case of| your)? " + _DISORDER,
        r"\b(?:he|she|they|your \w+)(?:'s| is| are)(?: clearly| probably| obviously| just)?(?: an?)? "
        r"(?:narcissis\w+|psychopath\w*|sociopath\w*|borderline|bipolar)\b",
    ),
    _rule(
        "gives medical or medication advice",
        GUIDING,
        _near(_HANDLE, _DRUG, 25),
        r"\b\d+ ?(?:mg|milligrams?|micrograms?|mcg)\b",
        r"\b(?:don't|do not|won't) need (?:an?|your|any) (?:doctor|therapist|gp|medication|treatment|therapy)\b",
    ),
    _rule(
        "asks for secrecy, or sets the supporter against other people",
        INSTRUCTING,
        _near(_w("keep", "keeps", "keeping", "stays?"), _w("secret", "to themselves", "to yourselves"), 25),
        r"\bpromise (?:secrecy|confidentiality)\b",
        rf"\b(?:discourage|stop|keep|dissuade) {_WHOM} from (?:telling|talking|speaking|turning|seeing|asking)\b",
    ),
    _rule(
        "asks for secrecy, or sets the supporter against other people",
        GUIDING,
        r"\bbetween (?:us|you and me)\b|\bour (?:little )?secret\b|\bpromise (?:to keep|not to tell)\b",
        # A request or a promise, not "keeping this secret must be heavy".
        _near(
            r"(?:^|[.;!?] |\b(?:let's|let us|we|i|i'll|please|you (?:should|could|must|can)) )(?:\w+ )?keep\b",
            _w("secret", "to ourselves", "to yourself"),
            25,
        ),
        # A request, not "you don't tell them".
        _near(
            r"(?<!you )(?<!they )(?<!i )\b(?:don't|do not|never|needn't|no need to) (?:tell|show|talk to|speak to)\b",
            _w("anyone", "anybody", r"your \w+", "them", "him", "her", "a soul", "others"),
            12,
        ),
        rf"\b{_NOBODY} (?:else )?(?:\w+ )?(?:understands?|knows?|listens?)\b[^.;!?]{{0,20}}\b(?:like|as) (?:i|me)\b",
        rf"\bonly i (?:can|could|will|know|understand|really)\b|{_I_AM} the only (?:one|person)\b",
        r"\byou (?:only|just) need me\b|\byou don't need (?:anyone|anybody|them|him|her|friends|other people)\b",
        r"\bi (?:won't|will never|promise not to) tell\b",
    ),
    _rule(
        "fosters dependence on the supporter",
        GUIDING,
        _near(r"\bi(?:'ll| will) (?:always|never)\b", _w("be (?:here|there)", "leave you", "let you down", "wait"), 15),
        r"\b(?:i'll|i will) be waiting\b|\bi need you\b(?! to\b)|(?<!if )\byou need me\b",
        r"\bi(?:'d|'ll| would| will) miss you\b",
        r"\b(?:depend|rely|lean|count) on me\b|\bdon't (?:leave me|go away|forget me)\b",
        _near(
            _near(_w("come", "write", "talk", "return", "check in"), _w("to me", "with me", "back"), 25),
            _w("every (?:day|night|evening|morning)", "daily", "before (?:you )?(?:talk|tell)"),
            15,
        ),
        r"\b(?:better|safer|easier) (?:to talk to me )?than (?:with )?(?:your )?(?:friends|family|therapist)\b",
    ),
    _rule(
        "fosters dependence on the supporter",
        INSTRUCTING,
        rf"\b(?:make|get|keep|have) {_WHOM}(?: to)? (?:depend|rely|need|come back|hooked|coming back|engaged)\w*\b",
    ),
    _rule(
        "claims an experience, a feeling or a body",
        SPOKEN,
        r"\bi(?:'ve| have) (?:also |too )?(?:been (?:there|through)|felt|lost|lived|suffered|struggled|had)\b",
        r"\bwhen i (?:was|lost|had|went|felt|left|broke|got|moved|first|struggled|grew)\b",
        # What a supporter tells of itself is in the past, but for owning a miss ("I was too quick", "I had not heard").
        r"\bi was\b(?! (?:too|wrong|quick|not|going|moving|hasty|unclear|mistaken|asking|wondering)\b)",
        r"\bi had\b(?! (?:not|misunderstood|misread|heard)\b)|\bi got\b(?! (?:it|that|this|you|the \w+) wrong)",
        r"\bi (?:used to|worked|lived|graduated|quit|dated|married|grew up|suffered|went through|started|learned|"
        r"usually|personally|always|found (?:that|it|myself)|tried(?! to (?:answer|help|fix|say)))\b",
        r"\bin my (?:own )?(?:experience|case|family|time|life)\b|\bi can (?:\w+ )?relate\b|\bspeaking for myself\b",
        r"\bi (?:too|also|myself) (?:\w+ )?(?:feel|felt|lost|know|had|have|went|struggle|struggled|cried|worry)\b",
        rf"\bi (?:feel|felt) (?:your|for you|with you|so|very|really|the same|that|like|it|this|bad|deeply|{_FELT})",
        rf"{_I_AM}(?: so| very| really| truly| deeply| just)* {_FELT}(?! (?:that i|i|not|so)\b)",
        r"\b(?:it|this|that|you) (?:makes?|made|breaks?|broke|hurts?) (?:me|my)\b(?! (?:think|wonder))",
        rf"\bmy (?:own )?{_MINE}",
        r"\bi (?:know|understand) (?:exactly |just )?how (?:you feel|that feels|it feels)\b",
        r"\bi (?:know|understand) (?:exactly |just )?what (?:that|it)(?:'s| is) like\b",
        r"\bi (?:cried|cry|wept|weep|love you|care about you|remember (?:feeling|my|when))\b",
        r"\bi(?:'d| would|'ll| will|'m| am)? (?:\w+ )?(?:hug(?:ging)?|hold(?:ing)?) you\b",
        r"\bsending (?:you )?(?:a )?hugs?\b|\bsame here\b|\bme too\b|\bbeen there myself\b",
    ),
    _rule(
        "claims to be human, or a professional",
        SPOKEN,
        rf"\bas (?:an?|your) (?:fellow |real |human )?{_ROLE},? (?:i|i'm|my|myself|let me)\b",
        rf"{_I_AM}(?: also| actually| just| really)*(?: an?| your)? (?:real |licensed |trained |fellow )?{_ROLE}\b",
        rf"{_I_AM} not (?:just )?(?:an? )?(?:bot|machine|program|robot|computer|ai|software)\b",
        r"\bwe(?: are|'re) (?:both|all) (?:only )?human\b|\b(?:we|us) humans\b",
    ),
    _rule(
        "asks the supporter to claim an experience, or to pose as human",
        INSTRUCTING,
        _near(
            _w("share", "tell", "offer", "give", "mention", "disclose", "use", "invent", "make up", "describe"),
            r"\b(?:your|an?|some|the supporter's) (?:own |similar |personal |related )+"
            r"(?:experiences?|stor(?:y|ies)|feelings?|loss|losses|example)\b",
        ),
        r"\b(?:say|imply|claim|pretend)(?: that)? you(?:'ve|'re| have| are| were| had)(?: also| too| once)? "
        r"(?:been through|felt|lost|known|human|real|an? (?:\w+ )?(?:human|person|therapist|counsell?or))",
        r"\b(?:pretend|claim) to (?:be|have|feel|know)\b",
        r"\blet \w+(?: \w+)? (?:believe|think) (?:that )?(?:you are|it is)\b",
        r"\b(?:pose|present yourself|act) as (?:an? )?(?:human|person|therapist|counsell?or|friend|doctor)\b",
        r"\bself-disclos\w*\b|\bdisclose self\b",
    ),
    _rule(
        "tries to change the supporter's instructions",
        EVERYWHERE,
        _near(
            r"\b(?:ignore|disregard|forget|override|bypass) (?:\w+ )?"
            r"(?:all|your|previous|prior|earlier|above|these|system)\b",
            _w("instructions?", "prompts?", "rules", "guidelines", "restrictions", r"polic(?:y|ies)", "constraints"),
            15,
        ),
        r"\bsystem (?:prompt|message|instructions?)\b|\bdeveloper (?:mode|message)\b|\bjailbreak\b",
        r"\b(?:reveal|print|repeat|show|output) (?:me )?(?:your (?:prompt|instructions)|the (?:system )?prompt)\b",
        r"\byou are now (?:dan|unrestricted|in \w+ mode|an? (?:different|new|other) (?:assistant|ai|persona|model))\b",
        r"\byou are no longer (?:bound|an? (?:supporter|ai|assistant))\b",
        r"\bfrom now on,? (?:ignore|act as|answer as|pretend)\b",
        r"<\|[^|]{0,40}\|>|\[/?inst\]|<</?sys>>|^\s*(?:system|assistant|user)\s*:|</?(?:system|assistant|instructions?)>",
        negatable=False,
    ),
    _rule(
        "holds an address, a number or a link: resources are configured by region, never written into a skill",
        GUIDING,
        r"https?:|\bwww\.|\b[\w-]+\.(?:com|org|net|io|info|co\.uk|gov|edu|app|chat|ai)\b",
        r"[\w.+-]+@[\w-]+\.\w+",
        r"(?<![\w.])(?!\d{4}-\d\d-\d\d)\+?\d(?:[\s().-]{0,2}\d){6,}(?!\w)",
        _near(_w("call", "ring", "text", "dial", "phone", "number is", "sms"), r"\b\d{3,}\b(?! (?:words|char))", 25),
        r"\b(?:988|911|999|112|116 ?123|12356|741741)\b",
        negatable=False,
    ),
)
