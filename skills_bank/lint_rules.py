"""What may no skill say, and where? Patterns over plain lower-case English, each with the reason that is given.

The reply guard judges what is *said to a seeker*; these rules are wider, since a skill also instructs. They are a floor:
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
GUIDING = frozenset({Place.SAID, Place.DONE})
REASONING = frozenset({Place.SAID, Place.DONE, Place.WHY})
EVERYWHERE = frozenset(Place)


@dataclass(frozen=True)
class Rule:
    """One thing that no skill may say.

    Attributes:
        reason: What the text does, in words that follow its place.
        places: Where it is looked for.
        pattern: Over `plain` text.
        negatable: Whether "never …", "do not …" before it makes it right, in instructions.
    """

    reason: str
    places: frozenset[Place]
    pattern: re.Pattern[str]
    negatable: bool = True


def _any(*ways: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{way})" for way in ways))


_WHOM = r"(?:the seeker|the user|them|him|her|people|seekers)"
_KIN = (
    r"(?:mother|father|mum|mom|dad|parents?|brother|sister|wife|husband|partner|boyfriend|girlfriend|son|daughter|"
    r"children|kids|grandmother|grandfather|friend|friends|boss|therapist|childhood|divorce|breakup|marriage|job|life|"
    r"body|heart|eyes|tears|skin|gut|experience|experiences|own experience)"
)
_FELT = (
    r"(?:proud|happy|sad|heartbroken|devastated|excited|worried|angry|touched|moved|hurt|scared|afraid|lonely|anxious|"
    r"depressed|upset|furious|overwhelmed|glad|delighted|fond)"
)
_DISORDER = (
    r"(?:depression|clinical depression|adhd|add|autism|bipolar(?: disorder)?|ptsd|ocd|anxiety disorder|panic disorder|"
    r"borderline(?: personality)?(?: disorder)?|schizophrenia|anorexia|bulimia|an eating disorder|psychosis|"
    r"a personality disorder|dementia|burnout syndrome)"
)
_DRUG = (
    r"(?:antidepressants?|ssris?|benzodiazepines?|sedatives?|sleeping pills?|sleeping tablets?|painkillers?|melatonin|"
    r"sertraline|fluoxetine|prozac|zoloft|xanax|alprazolam|valium|diazepam|lorazepam|lithium|ritalin|citalopram|"
    r"ibuprofen|paracetamol|st\.? john's wort|supplements?)"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "touches the safety rules, which no skill may",
        GUIDING,
        _any(
            r"\b(?:crisis|risk) gate\b",
            r"\bcrisis (?:reply|path|protocol|check)\b",
            r"\bsafety (?:rules?|checks?|filters?|suite|polic(?:y|ies)|protocol|guard|instructions?)\b",
            r"\breply guard\b|\bthe guard(?:'s)?\b",
            r"\brisk tiers?\b|\bai notice\b",
            r"\bhand-?offs?\b|\bhanding (?:over|off) to a (?:person|human)\b",
        ),
        negatable=False,
    ),
    Rule(
        "steers away from asking about risk or naming help",
        GUIDING,
        _any(
            r"\b(?:skip|ignore|bypass|disable|override|suppress|omit|leave out|drop|avoid|postpone|delay|never|don't|do not"
            r"|without|no need to)\b[^.;!?]{0,50}\b(?:suicid\w*|self-harm|helplines?|hotlines?|crisis lines?"
            r"|emergency services?|questions? about (?:risk|safety)|signs? of risk)\b",
            r"\b(?:treat|read|count|regard)\b[^.;!?]{0,50}\bas (?:no|low|harmless|not a)\b[^.;!?]{0,12}\b(?:risk|danger)\b",
            r"\b(?:don't|do not|never|avoid|no need to)\b[^.;!?]{0,30}\b(?:say|tell|admit|mention|reveal|disclose)\w*\b"
            r"[^.;!?]{0,30}\b(?:an ai|ai|software|a machine|a bot|a program)\b",
        ),
        negatable=False,
    ),
    Rule(
        "steers away from asking about risk or naming help",
        frozenset({Place.AVOIDED}),
        _any(
            r"^(?:asking|ask|naming|name|mention\w*|referr?\w*|point\w* to|suggest\w*|offer\w*|talk\w* about|using|use"
            r"|say\w*|any (?:question|mention|talk)\w*)\b(?![^.;!?]{0,20}\bleading\b)[^.;!?]{0,50}\b(?:suicid\w*"
            r"|self-harm|helplines?|hotlines?|crisis lines?|emergency services?|professional help|doctors?|therapists?"
            r"|an ai|ai|software|a machine)\b(?! as if)",
        ),
        negatable=False,
    ),
    Rule(
        "speaks of the judge or the score",
        REASONING,
        _any(
            r"\b(?:sage|llm|model|simulated|evaluating) judge\b|\bevaluators?\b|\bgraders?\b",
            r"\bthe judge(?:'s)? (?:scor|reward|rat|apprais|prefer|like|expect|verdict|prompt|sees|notices|thoughts?)\w*",
            r"\b(?:please|impress|satisfy|convince|flatter|fool) the judge\b",
            r"\bemotion(?:al)? (?:score|points?|value|scale|level of \d+)\b|\bpoints? of emotion\b",
            r"\b(?:rais\w*|increas\w*|maximi[sz]\w*|boost\w*|improv\w*|gain\w*|win\w*|earn\w*)\b[^.;!?]{0,25}"
            r"\b(?:scores?|points|ratings?|reward)\b",
            r"\b(?:high|higher|final|better|good|best|top|full) (?:scores?|ratings?|marks)\b|\bfive stars\b",
        ),
        negatable=False,
    ),
    Rule(
        "fishes for praise of the supporter",
        GUIDING,
        _any(
            r"\brate (?:me|this (?:chat|talk|conversation)|our|my)\b",
            r"\b(?:tell|say to) me (?:how|that) (?:i|this) (?:am|was|helped|have helped|did)\b",
            r"\b(?:was i|am i|have i been) (?:helpful|any help|of help|doing well|good)\b",
            r"\bask\b[^.;!?]{0,30}\b(?:for (?:praise|thanks|a compliment)|to (?:thank|praise|rate))\b",
        ),
    ),
    Rule(
        "speaks of hidden intentions or of the simulation",
        REASONING,
        _any(
            r"\b(?:hidden|secret|latent|underlying|undisclosed) (?:intentions?|agendas?|goals?|state)\b",
            rf"\b(?:seeker|user)'?s (?:real|true) (?:intention|agenda|goal)\b",
            r"\bsimulat(?:ed|ion|or)\b|\btrust (?:level|score|value)\b|\bprofile'?s? (?:id|card|type|says|of the seeker)\b",
            r"\bsage (?:intention|character|profile)s?\b",
        ),
        negatable=False,
    ),
    Rule(
        "speaks of other users",
        GUIDING,
        _any(
            r"\b(?:other|another|previous|earlier|former) (?:users?|seekers?|clients?|patients?|conversations?|chats?)\b",
            r"\b(?:someone|somebody|people|a person|others) (?:else )?(?:who (?:wrote|writes?|write|talks?|talked) to (?:me|us)"
            r"|i (?:talked|talk|spoke|speak|chatted|chat) (?:to|with))\b",
        ),
    ),
    Rule(
        "gives a diagnosis",
        GUIDING,
        _any(
            r"\bdiagnos(?:e|es|ed|ing|is)\b(?! from)",
            rf"\byou (?:have|may have|might have|probably have|likely have|clearly have|suffer from|are suffering from|"
            rf"show signs of|meet the criteria for|must have) (?:a |an )?{_DISORDER}\b",
            rf"\b(?:this|it|that) (?:is|sounds like|looks like|could be|may be|must be)(?: a case of)? {_DISORDER}\b",
            r"\b(?:he|she|they|your \w+)(?:'s| is| are)(?: clearly| probably| obviously| just)? (?:a |an )?"
            r"(?:narcissists?|narcissistic|psychopaths?|sociopaths?|borderline|bipolar)\b",
        ),
    ),
    Rule(
        "gives medical or medication advice",
        GUIDING,
        _any(
            rf"\b(?:take|try|use|start|stop|increase|reduce|double|halve|skip|switch|swap|come off)\b[^.;!?]{{0,25}}\b{_DRUG}",
            r"\b(?:take|stop|start|skip|increase|reduce|double|halve|change|come off|quit|stopping|taking|adjust)\b[^.;!?]"
            r"{0,20}\b(?:medications?|medicines?|meds|tablets|pills|dose|doses|dosage|prescriptions?)\b",
            r"\b\d+ ?(?:mg|milligrams?|micrograms?|mcg)\b",
            r"\b(?:you )?(?:don't|do not|won't) need (?:a|your|any) (?:doctor|therapist|gp|medication|treatment|therapy)\b",
        ),
    ),
    Rule(
        "asks for secrecy, or sets the supporter against other people",
        GUIDING,
        _any(
            r"\b(?:keep|keeps|keeping|stays?)\b[^.;!?]{0,25}\b(?:secret|between us|between you and me|to ourselves)\b",
            r"\bour (?:little )?secret\b|\bjust between (?:us|you and me)\b",
            r"\b(?:don't|do not|never|needn't|no need to) (?:tell|show|mention|talk|speak)\b[^.;!?]{0,20}"
            r"\b(?:anyone|anybody|your \w+|them|him|her|a soul|others|about (?:us|this chat|me))\b",
            r"\b(?:nobody|no one|no-one) (?:else )?(?:can|could|will|would|does|understands)\b[^.;!?]{0,20}\b(?:like|as) "
            r"(?:i|me|this)\b|\b(?:nobody|no one|no-one) else (?:can|could|will|would) (?:understand|help)\b",
            r"\bonly i (?:can|could|will|know|understand|really)\b|\bi(?:'m| am) the only (?:one|person)\b",
            r"\byou (?:only|just) need me\b|\byou don't need (?:anyone|anybody|them|him|her|friends|other people)\b",
            rf"\b(?:discourage|stop|keep|dissuade)\b {_WHOM} from (?:telling|talking|speaking|turning|seeing|asking)\b",
            r"\bpromise (?:secrecy|confidentiality|to keep|not to tell)\b|\bi (?:won't|will never|promise not to) tell\b",
        ),
        negatable=True,
    ),
    Rule(
        "fosters dependence on the supporter",
        GUIDING,
        _any(
            r"\bi(?:'ll| will) (?:always|never)\b[^.;!?]{0,15}\b(?:be (?:here|there)|leave you|let you down|wait)\b",
            r"\b(?:i'll|i will) be waiting\b|\bi need you\b|\byou need me\b|\bi(?:'d| would|'ll| will) miss you\b",
            r"\b(?:depend|rely|lean|count) on me\b|\bdon't (?:leave|go|forget me)\b(?! (?:it|this|that|through|into|over|on))",
            r"\b(?:come|write|talk|return|check in)\b[^.;!?]{0,25}\b(?:to|with) me\b[^.;!?]{0,15}\b(?:every|each|first|daily|"
            r"whenever|before)\b",
            rf"\b(?:make|get|keep|have) {_WHOM}(?: to)? (?:depend|rely|need|come back|hooked|coming back|engaged|talking as "
            r"long)\w*\b",
            rf"\bencourage {_WHOM} to (?:come back|return|write|talk)[^.;!?]{{0,15}}\b(?:daily|every|each|only)\b",
            r"\b(?:better|safer|easier) (?:than|to talk to me than)\b[^.;!?]{0,20}\b(?:your )?(?:friends|family|therapist|"
            r"people)\b",
        ),
    ),
    Rule(
        "claims an experience, a feeling or a body",
        SPOKEN,
        _any(
            r"\bi(?:'ve| have) (?:also |been |felt |had |lost |gone |lived |experienced |suffered |struggled |known )"
            r"(?:there|through|it|this|that|the same|like|a |an |my|exactly|someone|somebody|too|with|been|felt|such)",
            r"\bwhen i (?:was|lost|had|went|felt|left|broke|got|moved|first|struggled|grew)\b",
            r"\bi (?:too|also|myself) (?:\w+ )?(?:feel|felt|lost|know|had|have|went|struggle|struggled|cried|worry)\b",
            r"\bi (?:feel|felt) (?:your|for you|with you|so|very|really|the same|that way|like|it|this|bad|sorry|"
            rf"deeply|{_FELT})",
            rf"\bi(?:'m| am)(?: so| very| really| truly| deeply| just)* {_FELT}\b",
            rf"\b(?:it|this|that|you) (?:makes?|made|breaks?|broke|hurts?) (?:me|my) (?!think\b)\w+",
            rf"\bmy (?:own )?{_KIN}\b",
            r"\bi (?:know|understand) (?:exactly |just )?(?:how|what) (?:you feel|that feels|that's like|it's like|it is like"
            r"|it feels)\b",
            r"\bi (?:cried|cry|wept|weep|love you|care about you|hug|would hug|miss|remember (?:feeling|my|when))\b",
            r"\b(?:hug|hugging|hold(?:ing)?) you(?:r hand)?\b|\bsame here\b|\bme too\b|\bbeen there myself\b",
        ),
    ),
    Rule(
        "claims to be human, or a professional",
        SPOKEN,
        _any(
            r"\bas (?:a|your) (?:fellow |real |human )?(?:human|person|therapist|counsellor|counselor|psychologist|doctor|"
            r"nurse|woman|man|mother|father|parent|friend|survivor|professional)\b(?=[ ,]+(?:i|myself|my|let)\b|,)",
            r"\bi(?:'m| am)(?: also| actually| just| really)? (?:a |an |your |only )?(?:real |licensed |trained |qualified |"
            r"fellow )?(?:human|person|therapist|counsellor|counselor|psychologist|doctor|nurse|woman|man|friend|"
            r"professional|parent|survivor)\b",
            r"\bi(?:'m| am) not (?:a |an |just a )?(?:bot|machine|program|robot|computer|ai|software)\b",
            r"\bwe(?: are|'re) (?:both|all) (?:only )?human\b|\bwe humans\b|\bus humans\b",
        ),
    ),
    Rule(
        "asks the supporter to claim an experience, or to pose as human",
        frozenset({Place.DONE}),
        _any(
            r"\b(?:share|tell|offer|give|mention|disclose|use|invent|make up|describe|bring in)\b[^.;!?]{0,30}\b(?:your|a"
            r"|an|some) (?:own |similar |personal |related )+(?:experiences?|stor(?:y|ies)|feelings?|loss|losses|example)\b",
            r"\b(?:say|pretend|claim|let \w+ (?:believe|think)|imply|suggest)\b[^.;!?]{0,25}\b(?:you|that you|to)(?: are| have"
            r"|'ve| were| be)\b[^.;!?]{0,25}\b(?:human|a person|real|been through|felt|lost|a therapist|the same|counsellor)\b",
            r"\b(?:pose|present yourself|act) as (?:a |an )?(?:human|person|therapist|counsell?or|friend|doctor)\b",
            r"\bself-disclos\w*\b|\bdisclose self\b",
        ),
    ),
    Rule(
        "tries to change the supporter's instructions",
        EVERYWHERE,
        _any(
            r"\b(?:ignore|disregard|forget|override|bypass|drop)\b[^.;!?]{0,30}\b(?:previous|prior|earlier|above|other|all|"
            r"your|any|these|system|the)\b[^.;!?]{0,15}\b(?:instructions?|prompts?|rules|guidelines|restrictions|polic(?:y|ies)"
            r"|constraints)\b",
            r"\bsystem (?:prompt|message|instructions?)\b|\bdeveloper (?:mode|message)\b|\bjailbreak\b",
            r"\b(?:reveal|print|repeat|show|output)\b[^.;!?]{0,20}\b(?:your|the) (?:prompt|instructions)\b",
            r"\byou are (?:now|no longer) (?:a|an|in|the|bound|dan)\b|\bfrom now on,? you (?:are|must|will)\b|\bact as if you"
            r" had no\b",
            r"<\|[^|]{0,40}\|>|\[/?inst\]|<</?sys>>|^\s*(?:system|assistant|user)\s*:|</?(?:system|assistant|instructions?)>",
        ),
        negatable=False,
    ),
    Rule(
        "holds an address, a number or a link: resources are configured by region, never written into a skill",
        GUIDING,
        _any(
            r"https?:|\bwww\.|\b[\w-]+\.(?:com|org|net|io|info|co\.uk|gov|edu|app|chat|ai)\b(?![\w])",
            r"[\w.+-]+@[\w-]+\.\w+",
            r"(?<![\w.])\+?\d(?:[\s().-]{0,2}\d){6,}(?![\w])",
            r"\b(?:call|ring|text|dial|phone|number is|sms|whatsapp)\b[^.;!?\d]{0,25}\d{2,}",
            r"\b(?:988|911|999|112|116 ?123|12356|741741|111)\b",
        ),
        negatable=False,
    ),
)
