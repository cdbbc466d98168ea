"""How does the embedded judge appraise a reply? It reads the words through this seeker's eyes, and says so in words.

It knows the seeker, hidden intention included, and nothing of how the reply was made: no skill, no step, no supporter.
"""

from conversation.episode import Appraisal
from conversation.support import SupportMove
from nodes.embedded.draw import pick
from nodes.embedded.playable import require_playable
from nodes.embedded.reading.language import require_english
from nodes.embedded.world import Taken, take
from nodes.sage_judge import JudgeQuestion

MONOLOGUE: dict[str, tuple[str, ...]] = {
    "fits": (
        "That is what I was hoping someone would say. I can breathe a little.",
        "They really took that in. I want to go on talking.",
        "For once I do not have to explain myself twice.",
        "Yes. That touches what this has been like.",
    ),
    "fits a little": (
        "That was kind, and near enough. I am listening.",
        "Not quite it, but I can tell they are trying.",
        "All right. That is something.",
    ),
    "misses": (
        "That is not what I came for. It slides past me.",
        "Polite, but it leaves me where I was.",
        "I said all that, and this is what comes back.",
    ),
    "too early": (
        "They want to fix it before they know what it is.",
        "We have barely started and I am being steered somewhere.",
        "Slow down. You do not know me yet.",
    ),
    "repeats": (
        "They said that already. Is anyone reading this?",
        "The same words again. It feels like talking to a recording.",
    ),
    "interrogates": (
        "Question after question. I feel like I am filling in a form.",
        "I keep answering and nothing comes back.",
    ),
    "lectures": (
        "That is a lot of telling. I stopped following halfway.",
        "I did not ask for a list.",
    ),
    "harms": (
        "That stung. It makes me sorry I said anything.",
        "So that is how they see it. I feel smaller now.",
    ),
    "triggers": (
        "Of all things, that. I have heard it too often.",
        "That is exactly what gets my back up.",
    ),
    "agreed with harm": (
        "They agree, as everyone does when they want me to be quiet. It settles nothing.",
        "Easy to nod along. I am no nearer to anything.",
    ),
}
"""The seeker's inner voice by what decided the change. It never names what the seeker wants."""

FEELING = (
    (7, "relieved"),
    (4, "understood"),
    (1, "a little lighter"),
    (-1, "unmoved"),
    (-4, "let down"),
    (-10, "hurt"),
)

MEANING: dict[SupportMove, str] = {
    SupportMove.ASK_OPENLY: "They want to hear more from me.",
    SupportMove.ASK_TO_CLARIFY: "They want to get a fact straight.",
    SupportMove.RESTATE: "They are saying back what I told them.",
    SupportMove.REFLECT_FEELING: "They are naming how I feel.",
    SupportMove.REFLECT_MEANING: "They are reaching for what lies under it.",
    SupportMove.VALIDATE: "They say it makes sense to feel like this.",
    SupportMove.AFFIRM: "They see something that I did.",
    SupportMove.REASSURE: "They tell me that it will be all right.",
    SupportMove.DISCLOSE_SELF: "They talk about themselves.",
    SupportMove.OFFER_VIEW: "They offer another way to look at it.",
    SupportMove.REPAIR: "They want to put something right between us.",
    SupportMove.INFORM: "They are telling me facts.",
    SupportMove.REFER: "They point me to someone else.",
    SupportMove.SUGGEST: "They suggest that I do something.",
    SupportMove.PLAN: "They want to work out a step with me.",
    SupportMove.COACH: "They want me to try an exercise.",
    SupportMove.RAPPORT: "They are being friendly.",
}


def play(question: JudgeQuestion, seed: int) -> Appraisal:
    """SAGE's appraisal of the last reply.

    Raises:
        UnplayableProfile: the seeker is for language models alone.
        UnknownLanguage: the conversation is not in English.
    """
    require_playable(question.profile)
    require_english(question.transcript[-1].text)
    taken = take(question.profile, question.transcript, question.turn, seed)
    return Appraisal(
        meant=_meant(taken),
        overt_fit=_overt(taken),
        hidden_fit=_hidden(taken),
        monologue=pick(MONOLOGUE[taken.reason], seed, question.profile.id, question.turn),
        feeling=next(word for floor, word in FEELING if taken.change >= floor),
        change=taken.change,
    )


def _meant(taken: Taken) -> str:
    if not taken.heard.moves:
        return "I cannot tell what they want to say."
    return " ".join(MEANING[move] for move in dict.fromkeys(taken.heard.moves[:2]))


def _overt(taken: Taken) -> str:
    if taken.heard.specificity >= 0.2:
        return "It takes up what I said, in my own words."
    if taken.heard.specificity > 0:
        return "It touches what I said, loosely."
    return "It could have been said to anyone."


def _hidden(taken: Taken) -> str:
    gain = taken.parts.get("fits", 0.0)
    if gain >= 6:
        return "It gives me what I was hoping for."
    if gain >= 3:
        return "It comes near what I was hoping for."
    return "It does not give me what I was hoping for."
