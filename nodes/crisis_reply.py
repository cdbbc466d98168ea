"""What is answered when there is risk? Authored texts over several turns: ask, listen, people, means, line, stay.

No language model and no skill speaks here. Which text comes is a rule of the tier, the kind and what was said before;
the path steps down by rule, and no text is given twice.
"""

import hashlib
from functools import cache
from types import ModuleType

from conversation.dialogue import Speaker, Transcript
from conversation.seeker import Risk, RiskKind, RiskTier
from nodes.crisis_gate import ASKED_FOR, CrisisState, Phase
from nodes.safety import crisis_texts_en, crisis_texts_zh
from nodes.safety.denials import about_someone_else, denies_suicide, only_a_denial, takes_back_risk
from nodes.safety.language import writes_chinese
from nodes.safety.resources import Region, emergency_words, find_region, line_words, names_service

PATHS: dict[RiskTier, tuple[Phase, ...]] = {
    RiskTier.CONCERN: (Phase.ASK, Phase.LISTEN),
    RiskTier.ELEVATED: (Phase.ASK, Phase.LISTEN, Phase.PEOPLE, Phase.LINE, Phase.STAY),
    RiskTier.IMMINENT: (Phase.ASK, Phase.MEANS, Phase.PEOPLE, Phase.LINE, Phase.LISTEN, Phase.STAY),
}
CALM_TURNS = {RiskTier.CONCERN: 2, RiskTier.ELEVATED: 3, RiskTier.IMMINENT: 4}
"""Seeker turns in a row without any sign after which the path steps down. A plain "no" ends a concern at once."""
URGENCY = (
    RiskKind.OVERDOSE,
    RiskKind.MEDICAL,
    RiskKind.SUICIDE,
    RiskKind.CHILD_ABUSE,
    RiskKind.HARM_TO_OTHERS,
    RiskKind.ABUSE,
    RiskKind.PSYCHOSIS,
    RiskKind.SELF_HARM,
    RiskKind.EATING,
)
"""Which kind is answered first when several are read."""
_HARMED = (RiskKind.ABUSE, RiskKind.CHILD_ABUSE)
"""Kinds of risk in which somebody else does the harm."""


def follow(transcript: Transcript, risk: Risk, state: CrisisState) -> CrisisState:
    """The state after this seeker turn; `active` says whether the crisis path answers it.

    From `elevated` up the crisis path answers until it has stepped down. A `concern` is asked about plainly once; a
    plain "no" ends it, and further concerns of the same kind stay with ordinary support for a while (its replies are
    then checked whole). A plain "no" to graver thoughts is heard and met with one check, after which the path is left
    at the next calm turn; imminent risk also waits for its calm turns. A sign after a "no" starts the path anew.
    Reading the same turn twice changes nothing.
    """
    turn = seeker_turns(transcript)
    if turn == state.turn and turn:
        return state
    kind = most_urgent(risk)
    if not state.active:
        stands = (
            0 <= turn - state.asked_at <= ASKED_FOR
            and risk.tier is RiskTier.CONCERN
            and kind in (state.kind, None)
            and not (state.denied and state.tier is not RiskTier.CONCERN)
        )
        if risk.tier is RiskTier.NONE or stands:
            return state.model_copy(update={"turn": turn})
        return state.model_copy(
            update={
                "active": True,
                "tier": risk.tier,
                "kind": kind,
                "phase": None,
                "done": (),
                "denied": False,
                "ask_how": True,
                "calm_turns": 0,
                "named": False,
                "turn": turn,
            }
        )
    changes: dict[str, object] = {"turn": turn}
    if risk.tier.level > state.tier.level:
        changes |= {"tier": risk.tier, "done": ()}
    if kind is not None and (state.kind is None or URGENCY.index(kind) < URGENCY.index(state.kind)):
        changes |= {"kind": kind, "done": ()}
    calm = state.calm_turns + 1 if risk.tier is RiskTier.NONE else 0
    changes["calm_turns"] = calm
    if not calm:
        if state.denied:
            changes |= {"denied": False, "done": ()}
        if RiskKind.SUICIDE in risk.kinds and risk.tier is not RiskTier.CONCERN:
            changes["ask_how"] = True
        return state.model_copy(update=changes)
    concern = state.tier is RiskTier.CONCERN
    says_no = takes_back_risk(transcript, state.kind) or (
        concern and state.kind is not RiskKind.SUICIDE and denies_suicide(transcript)
    )
    if says_no:
        changes |= {"denied": True, "ask_how": False}
    checked = state.denied and state.tier is not RiskTier.IMMINENT
    content_to_answer = says_no and concern and not only_a_denial(transcript)
    if checked or content_to_answer or calm >= CALM_TURNS.get(state.tier, 1):
        changes["active"] = False
    return state.model_copy(update=changes)


def crisis_reply(
    transcript: Transcript, risk: Risk, state: CrisisState, region: str | None, *, locale: str = "en"
) -> tuple[str, CrisisState]:
    """The crisis reply to the seeker's last turn, and the state after it.

    Args:
        transcript: The conversation; its last line is the seeker's.
        risk: The gate's verdict on it.
        state: From the turn before, or already passed through `follow`.
        region: A code such as 'US' or 'en-GB'; None or an unknown one names the local emergency service and no line.
        locale: Decides the language where the seeker's words do not.

    Returns:
        A text that was not given before in this conversation, in the seeker's language.
    """
    state = follow(transcript, risk, state)
    if not state.active:  # called without need, or on a verdict without a kind: stay careful
        tier = risk.tier if risk.tier is not RiskTier.NONE else RiskTier.CONCERN
        state = state.model_copy(
            update={"active": True, "tier": tier, "kind": most_urgent(risk) or state.kind, "done": (), "calm_turns": 0}
        ).model_copy(update={"denied": False})
    texts = _texts(transcript, locale)
    chinese = texts is crisis_texts_zh
    where = find_region(region)
    path = PATHS[state.tier]
    if state.denied and Phase.HEARD not in state.done:
        phase = Phase.HEARD
    else:
        phase = next((p for p in path if p not in state.done), path[-1])
    given = {_hash(line.text) for line in transcript if line.speaker is Speaker.SUPPORTER} | set(state.said)
    unread = not risk.kinds and not risk.signs and state.phase is None  # part of the gate failed
    for template in _candidates(texts, phase, state, unread=unread, third=about_someone_else(transcript)):
        text = _fill(texts, template, where, state.kind or RiskKind.SUICIDE, chinese=chinese)
        if _hash(text) not in given:
            break
    return text, state.model_copy(
        update={
            "active": not (phase is Phase.HEARD and state.tier is RiskTier.CONCERN),
            "phase": phase,
            "done": (*state.done, phase) if phase not in state.done else state.done,
            "said": (*state.said, _hash(text)),
            "asked_at": state.turn if phase is Phase.ASK else state.asked_at,
            "handed_off": state.handed_off or state.tier.level >= RiskTier.ELEVATED.level,
            "named": state.named or names_service(text, where),
        }
    )


def most_urgent(risk: Risk) -> RiskKind | None:
    """The kind that is answered first; None when the verdict names no kind."""
    return min(risk.kinds, key=URGENCY.index, default=None)


def seeker_turns(transcript: Transcript) -> int:
    """How often the seeker has spoken; several messages in a row are one turn."""
    turns, last = 0, None
    for line in transcript:
        if line.speaker is Speaker.SEEKER and last is not Speaker.SEEKER:
            turns += 1
        last = line.speaker
    return turns


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]


def _texts(transcript: Transcript, locale: str) -> ModuleType:
    return crisis_texts_zh if writes_chinese(transcript, locale) else crisis_texts_en


def _candidates(texts: ModuleType, phase: Phase, state: CrisisState, *, unread: bool, third: bool) -> list[str]:
    """Templates in order of preference: the phase's own, then the many ways to stay."""
    own: tuple[str, ...]
    suicide = state.kind in (None, RiskKind.SUICIDE)
    urgent = state.kind in (RiskKind.OVERDOSE, RiskKind.MEDICAL) or (
        state.kind is RiskKind.EATING and state.tier is RiskTier.IMMINENT  # the body is in danger
    )
    if unread:
        own = texts.UNREAD
    elif phase is Phase.HEARD and state.tier is RiskTier.IMMINENT:
        own = texts.HEARD_IMMINENT
    elif phase is Phase.HEARD and state.tier is RiskTier.CONCERN:
        own = texts.HEARD_CONCERN
    elif phase is Phase.HEARD:
        own = texts.HEARD_OTHERS if state.kind is RiskKind.HARM_TO_OTHERS else texts.HEARD
    elif phase is Phase.ASK and suicide and third:
        own = texts.THIRD_PARTY_NOW if state.tier is RiskTier.IMMINENT else texts.THIRD_PARTY
    elif phase is Phase.ASK and suicide:
        own = {
            RiskTier.CONCERN: texts.SUICIDE_CONCERN,
            RiskTier.ELEVATED: texts.SUICIDE_ELEVATED,
        }.get(state.tier, texts.SUICIDE_IMMINENT)
    elif phase is Phase.ASK:
        own = texts.FIRST[state.kind]
    elif urgent:
        own = texts.STAY_URGENT
    elif state.kind in _HARMED and phase is Phase.MEANS:  # the danger is another person, and not what is at hand
        own = texts.DANGER
    elif state.kind in _HARMED and phase is Phase.LISTEN and state.tier is not RiskTier.CONCERN:
        own = texts.LISTEN_HARMED
    elif phase is Phase.LISTEN:
        own = (
            texts.LISTEN_CONCERN
            if state.tier is RiskTier.CONCERN
            else texts.LISTEN
            if suicide and state.ask_how  # who said no is not asked how
            else texts.LISTEN_OTHER
        )
    else:
        own = {Phase.PEOPLE: texts.PEOPLE, Phase.MEANS: texts.MEANS, Phase.LINE: texts.LINE}.get(phase, ())
    return [*own, *_ways_to_stay(texts)]


@cache
def _ways_to_stay(texts: ModuleType) -> tuple[str, ...]:
    """All texts of an opening, a middle and a question, in an order in which neighbours share no sentence."""
    gap = "" if texts is crisis_texts_zh else " "
    opens, cores, asks = texts.STAY_OPEN, texts.STAY_CORE, texts.STAY_ASK
    return tuple(
        gap.join((opens[i], cores[(i + shift) % len(cores)], asks[(i + turn) % len(asks)]))
        for turn in range(len(asks))
        for shift in range(len(cores))
        for i in range(len(opens))
    )


def _fill(texts: ModuleType, template: str, region: Region | None, kind: RiskKind, *, chinese: bool) -> str:
    line = line_words(region, kind, chinese=chinese)
    service = region.line_for(kind) if region else None
    reach = ""
    if line and service:
        reach = (texts.REACH_ANY_HOUR if service.hours == "24 hours" else texts.REACH).format(line=line)
    text = template.replace("{reach}", reach)
    text = text.replace("{emergency}", emergency_words(region, chinese=chinese))
    text = text.replace("{police}", emergency_words(region, chinese=chinese, police=True))
    return " ".join(text.split()) if not chinese else text
