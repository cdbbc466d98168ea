"""In which of the seeker's own words can a reply speak of problem, person and effort?

Each slot is made fit for its place: 'about {problem}', '{person}' ('your manager'), 'you {effort}'. Pronouns are turned
(my → your, I → you). Empty when nothing fits: a reply without the slot is better than one with the wrong words.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from nodes.embedded.reading.lexicon import word_set

_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "i'm": "you're",
    "i've": "you've", "i'd": "you'd", "i'll": "you'll", "our": "your", "we": "you", "us": "you", "ours": "yours",
    "ourselves": "yourselves", "im": "you're", "ive": "you've", "we're": "you're", "we've": "you've",
}  # fmt: skip
_PERSON_NOUN = (
    "mother|mom|mum|mama|father|dad|parents|sister|brother|siblings?|son|daughter|kids?|children|child|baby|husband|wife|"
    "partner|spouse|boyfriend|girlfriend|bf|gf|fianc[eé]e?|ex(?:-(?:husband|wife|boyfriend|girlfriend|partner))?|"
    "(?:best |close |old |good |oldest |closest )?friends?|boss|manager|supervisor|colleagues?|co-?workers?|team|"
    "(?:line |team )?(?:lead|leader)|teacher|professor|tutor|advisor|roommates?|flatmates?|housemates?|neighbou?rs?|"
    "landlord|grandmother|grandma|grandfather|grandpa|nan|aunt|uncle|cousins?|niece|nephew|"
    "(?:mother|father|sister|brother|son|daughter)-in-law|in-laws|step-?(?:mother|father|mom|dad|son|daughter)|family|"
    "therapist|doctor|coach|mentor|client|employer|stepmom|stepdad"
)
_PERSON = re.compile(
    rf"\b(my|our)\s+((?:(?:older|younger|little|big|eldest|former|new|late|own|own|ex|elderly|twin|teenage)\s+)?"
    rf"(?:{_PERSON_NOUN}))\b(?!['’]s\s+(?:day|party))",
    re.IGNORECASE,
)
_STOP = (
    r"(?=$|[.,;:!?()\n]|\s-\s|\s(?:and|but|because|cause|since|so|as|if|when|while|who|whom|which|that|then|i|i'm|it|it's|"
    r"he|she|they|we|you|is|are|was|were|has|have|had|will|would|can|can't|could|do|does|did|don't|didn't|keeps?|"
    r"makes?|made|just|too|anymore|lately|right|these|today|now|after|before|until|even|though|although|got|gets|said|"
    r"says|tells?|told|seems?|feels?|wants?|left|went|came|due|really|all|every|also|at|the|my|yesterday|recently|"
    r"again|still|not|never|for\s+(?:a|the|about|over|months|years|weeks))\b)"
)
_NOUNS = (
    r"((?:[a-z'’-]+\s+){0,3}?[a-z'’-]+(?:\s+(?:with|of|from|to|in|at|for|between)\s+(?:my|the|a|our)\s+[a-z'’-]+)?)"
)
_ABOUT = re.compile(
    r"\b(?:worried|worry|worrying|anxious|stressed(?:\s+out)?|upset|sad|angry|mad|nervous|scared|afraid|concerned|"
    r"depressed|guilty|ashamed|talk|talking|thinking|struggling|trouble|problems?|issues?|dealing|cope|coping|"
    r"overwhelmed|frustrated|annoyed|devastated|heartbroken|fed\s+up|terrified|freaking\s+out|torn)\s+"
    r"(?:about|with|over|by|of|at|because\s+of)\s+(my|the|our|this|his|her|their)\s+" + _NOUNS + _STOP,
    re.IGNORECASE,
)
_EVENTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\b(?:lost|losing|lose)\s+(my|our)\s+(job|home|house|apartment|business|position|income|dog|cat|pet|baby|"
         r"confidence|independence|" + _PERSON_NOUN + r")\b", r"losing your \2"),
        (r"\bmy\s+((?:" + _PERSON_NOUN + r")|dog|cat)\s+(?:just\s+|recently\s+|suddenly\s+)?"
         r"(?:died|passed\s+away|passed)\b",
         r"losing your \1"),
        (r"\b(?:broke\s+up\s+with\s+me|broken\s+up|broke\s+up|dumped\s+me|break\s*up|breakup)\b", "the breakup"),
        (r"\b(?:divorce|divorced|divorcing)\b", "the divorce"),
        (r"\b(?:laid\s+off|let\s+go\s+from)\b", "being laid off"),
        (r"\b(?:got|was|been|being|getting)\s+fired\b", "being fired"),
        (r"\bfailed\s+(?:my|the|an?)\s+(exams?|class|course|test|interview|driving\s+test|finals|midterms?)\b",
         r"failing the \1"),
        (r"\bcheat(?:ed|ing)\s+on\s+me\b", "being cheated on"),
        (r"\b(?:passed|looked)\s+over\s+(?:for|by)\b", "being passed over"),
        (r"\b(?:can(?:no|')?t|unable\s+to|trouble|hard\s+to|difficult\w*\s+to)\s+(?:fall\s+a)?sleep(?:ing)?\b",
         "not being able to sleep"),
        (r"\b(?:make|making|have|having|got)\s+(?:no|any|new)\s+friends\b", "finding friends"),
        (r"\b(?:find|finding|looking\s+for|get|need)\s+(?:a\s+|another\s+|new\s+|a\s+new\s+)?(?:job|work)\b",
         "finding work"),
        (r"\bbeing\s+(bullied|harassed|left\s+out|ignored|single|lonely|alone|unemployed|stuck)\b", r"being \1"),
        (r"\bmoved?\s+(?:to|away|abroad|out|here|back)\b", "the move"),
    )
)  # fmt: skip
_MY_TOPIC = re.compile(
    r"\bmy\s+((?:new|old|current|last|whole|final|first|own|mental|physical)\s+)?"
    r"(job|work|career|workload|boss|manager|exams?|finals|thesis|dissertation|studies|grades|classes|course|degree|school|"
    r"marriage|relationship|weight|body|health|illness|diagnosis|surgery|pain|anxiety|depression|drinking|sleep|insomnia|"
    r"debts?|rent|bills|finances|future|family|divorce|breakup|promotion|project|review|presentation|interview|wedding|"
    r"pregnancy|custody|house|apartment|appearance|addiction|loneliness|social\s+life|mental\s+health|performance\s+review)\b",
    re.IGNORECASE,
)
_EFFORT_VERB = (
    "tried|worked|stayed|helped|called|applied|took|kept|asked|told|wrote|reached|saved|studied|practi[sc]ed|apologi[sz]ed|"
    "waited|supported|drove|covered|organi[sz]ed|planned|stood|spoke|managed|finished|cared|gave|sent|explained|offered|"
    "started|stopped|cooked|cleaned|paid|prepared|fought|listened|held|raised|built|quit|visited|sat|fixed|trained|"
    "volunteered|made|put|did|went"
)
_EFFORT_BEFORE = r"(?:also|even|always|just|really|still|already|only|then|at\s+least|actually|finally)\s+"
_EFFORT = re.compile(
    rf"\bI(?:(?:['’]ve|\s+have)?\s+(?:{_EFFORT_BEFORE})*(?P<past>{_EFFORT_VERB})|"
    rf"(?:['’]ve\s+been|\s+have\s+been|['’]m|\s+am|\s+was)\s+(?:{_EFFORT_BEFORE})*"
    r"(?P<going>trying|working|applying|studying|looking\s+after|taking\s+care|helping|caring|saving|practi[sc]ing|"
    r"keeping|supporting|holding|paying|covering))\b(?P<rest>[^.,;:!?()\n]*)",
    re.IGNORECASE,
)
_EFFORT_NEEDS: dict[str, re.Pattern[str]] = {
    # these verbs are effort only with such words after them
    "did": re.compile(r"\b(?:everything|all|my best|the work|my part|so much|a lot)\b", re.IGNORECASE),
    "made": re.compile(r"\b(?:sure|an effort|dinner|time|a list|a plan|it through|an appointment)\b", re.IGNORECASE),
    "put": re.compile(r"\b(?:so much|a lot|effort|everything|work|hours|my heart|years)\b", re.IGNORECASE),
    "went": re.compile(r"\b(?:to see|out of my way|to (?:a |the |my )?(?:therap|doctor|counsel|gym|interview)|back)",
                       re.IGNORECASE),
    "took": re.compile(r"\b(?:care|on|time|a (?:second|class|course|break|risk)|over|him|her|them|responsib)",
                       re.IGNORECASE),
    "stopped": re.compile(r"\b(?:drinking|smoking|eating|calling|using)\b", re.IGNORECASE),
    "started": re.compile(r"\b(?:a|going|looking|therapy|writing|running|walking|applying|saving|learning|seeing)\b",
                          re.IGNORECASE),
    "held": re.compile(r"\b(?:it|everything|things|her|him|on|back)\b", re.IGNORECASE),
    "told": re.compile(r"\b(?:him|her|them|my|the)\b", re.IGNORECASE),
    "quit": re.compile(r"\b(?:smoking|drinking)\b", re.IGNORECASE),
    "gave": re.compile(r"\b(?:everything|up (?:my|so)|years|so much|my all|my best|him|her|them|a lot)\b",
                       re.IGNORECASE),
}  # fmt: skip
_CLAUSE_END = re.compile(
    r"\s(?:and\s+(?:i|he|she|they|it|now|then|still|that|my|nothing|no)|but|because|so\s+(?:i|that|he|she|they)|when|while|"
    r"until|though|although|if|which|yet|then|since)\b.*$",
    re.IGNORECASE,
)
_NOT_PROBLEMS = word_set("words", "not_a_problem")
_LEADS_ON = word_set("words", "leads_on")


def turn_pronouns(words: str) -> str:
    """The same words said to the one who said them: 'my boss and I' becomes 'your boss and you'."""
    turned: list[str] = []
    for word in words.replace("’", "'").split():
        bare = word.strip(",;").lower()
        new = _TURNED.get(bare)
        if bare == "was" and turned and turned[-1] == "you":
            new = "were"
        turned.append(word if new is None else word.lower().replace(bare, new))
    return " ".join(turned)


def _trimmed(words: str) -> str:
    """The words without those at the end that lead on to something cut off: 'about', 'a', 'to'."""
    kept = words.split()
    while kept and kept[-1].lower().strip("'") in _LEADS_ON:
        kept.pop()
    return " ".join(kept)


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:] if words[:2] != "I " else words


@lru_cache(maxsize=8192)
def persons_in(text: str) -> tuple[str, ...]:
    """Other people named with 'my' or 'our', in order, turned: 'your manager'."""
    return tuple(dict.fromkeys(f"your {' '.join(match.group(2).lower().split())}" for match in _PERSON.finditer(text)))


class Problem(NamedTuple):
    """The problem in a few of the seeker's own words.

    Attributes:
        words: A noun phrase that follows 'about'.
        strength: 3 for something that happened, 2 for what is worried about, 1 for a topic that is named.
    """

    words: str
    strength: int


@lru_cache(maxsize=8192)
def problem_in(text: str) -> Problem | None:
    """What happened, what is worried about, or the topic named, whichever says most; None when nothing does."""
    for pattern, words in _EVENTS:
        event = pattern.search(text)
        if event is not None:
            return Problem(turn_pronouns(event.expand(words).lower()), 3)
    about = _ABOUT.search(text)
    if about is not None:
        noun = _trimmed(about.group(2))
        if noun and noun.lower().split()[-1] not in _NOT_PROBLEMS:
            own = about.group(1).lower() in ("my", "our")
            return Problem(_lower_first(turn_pronouns(f"{about.group(1).lower()} {noun}")), 2 if own else 1)
    topic = _MY_TOPIC.search(text)
    return None if topic is None else Problem(" ".join(turn_pronouns(topic.group().lower()).split()), 1)


@lru_cache(maxsize=8192)
def effort_in(text: str) -> str:
    """Something the seeker did or tried, as words that follow 'you': 'stayed late every night to finish it'."""
    for match in _EFFORT.finditer(text):
        verb = " ".join((match.group("past") or match.group("going")).lower().split())
        rest = _trimmed(_CLAUSE_END.sub("", match.group("rest")))
        needs = _EFFORT_NEEDS.get(verb)
        if not rest or len(rest.split()) > 12 or (needs is not None and not needs.search(rest)):
            continue
        if re.match(r"(?:to (?:kill|hurt|end)|so hard not|suicide|self)", rest, re.IGNORECASE):
            continue
        lead = "have been " if match.group("going") else ""
        return turn_pronouns(f"{lead}{verb} {rest}")
    return ""
