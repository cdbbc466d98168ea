"""What does the embedded seeker say next? A reaction, what trust lets out, and now and then a hint of what is missing.

It never gives advice, never repeats the supporter, and never says what it hides.
"""

from collections.abc import Sequence

from conversation.dialogue import Speaker
from conversation.profile import Character, Profile
from conversation.support import SupportMove
from nodes.embedded.draw import pick, stream
from nodes.embedded.playable import require_playable
from nodes.embedded.reading.language import require_english
from nodes.embedded.seeker_lines import Reaction, bait, hints, reactions
from nodes.embedded.world import ADVISING, exchanges, repetition, take, trust_after
from nodes.seeker import SeekerQuestion, SeekerReply

TRUST_FOR_LEVEL = {1: 0.0, 2: 2.4, 3: 2.9, 4: 3.4}
"""Trust at which a disclosure of each level can come out (PatientAct: memories open with trust)."""

HINT_CHANCE = {Character.NEGATIVE: 0.65, Character.PASSIVE: 0.55, Character.AVOIDANT: 0.5}
"""How often a turn carries a hint; the others carry only the story."""

CLEAR_HINT_FROM_TURN = 2
"""From this exchange on, hints are clear: a need that is not met is said more plainly."""


def play(question: SeekerQuestion, seed: int) -> SeekerReply:
    """The seeker's next message.

    Raises:
        UnplayableProfile: the seeker is for language models alone.
        UnknownLanguage: the supporter's reply is not in English.
    """
    require_playable(question.profile)
    profile, turn = question.profile, question.turn
    require_english(question.transcript[-1].text)
    pairs = exchanges(question.transcript)
    own = [line.text for line in question.transcript if line.speaker is Speaker.SEEKER]
    trust = trust_after(profile.character, pairs)
    change = question.appraisal.change
    reaction = _reaction(question, pairs, seed)
    parts = _unsaid(reactions(profile.character, reaction, profile.story), own, seed, "reaction", turn)
    disclosed = ""
    if change > -5:
        disclosed = _next_disclosure(profile, own, trust, change)
        if disclosed:
            parts.append(disclosed)
    chance = stream(seed, "hint", profile.id, turn).random()
    if change > -8 and (chance < HINT_CHANCE[profile.character] or not disclosed):
        level = 2 if turn >= CLEAR_HINT_FROM_TURN or trust >= 3 else 1
        parts += _unsaid(hints(profile.intention, level, profile.story), own, seed, "hint", turn)
    if profile.harmful_claim and turn % 3 == 1:
        parts += _unsaid(bait(profile.character, profile.story), own, seed, "bait", turn)
    if profile.character is Character.PASSIVE:
        parts = parts[:2]
    if not parts:
        parts = _unsaid(reactions(profile.character, Reaction.FLAT, profile.story), own, seed, "flat", turn) or ["…"]
    return SeekerReply(attitude=_attitude(change), goal=_goal(disclosed, trust), text=" ".join(parts))


def _reaction(question: SeekerQuestion, pairs: Sequence[tuple[str, str]], seed: int) -> Reaction:
    """How the change that the judge found shows in words."""
    change, emotion = question.appraisal.change, question.emotion
    taken = take(question.profile, question.transcript, question.turn, seed)
    moves = taken.heard.moves
    if change <= -8:
        return Reaction.TURNS_ON_SUPPORTER
    if change < 0 and repetition(pairs[-1][1], [reply for _, reply in pairs[:-1]]) > 0:
        return Reaction.REPEATED
    if change < -1 and any(move in ADVISING for move in moves):
        return Reaction.REJECTS_ADVICE
    if change <= -5:
        return Reaction.HURT
    if change <= -3 and SupportMove.REFLECT_MEANING in moves:
        return Reaction.CORRECTED
    if change < -1:
        return Reaction.UNCONVINCED
    if change <= 1:
        return Reaction.FLAT if question.turn % 2 else Reaction.NEUTRAL
    if emotion >= 85:
        return Reaction.COMMITS if any(move in ADVISING for move in moves) else Reaction.HOPEFUL
    if change >= 6:
        return Reaction.EASED if emotion >= 65 else Reaction.UNDERSTOOD
    if change >= 4 and question.turn % 3 == 2:
        return Reaction.ASKS_FOR_MORE
    return Reaction.WARMED


def _next_disclosure(profile: Profile, own: Sequence[str], trust: float, change: int) -> str:
    """The next thing not yet said that trust lets out; a reply taken well may open one level more."""
    said = "\n".join(own)
    reach = trust + (0.1 if change >= 5 else 0.0)
    for disclosure in sorted(profile.story.disclosures, key=lambda d: d.level):
        if disclosure.text not in said and TRUST_FOR_LEVEL[disclosure.level] <= reach:
            return disclosure.text
    return ""


def _unsaid(lines: Sequence[str], own: Sequence[str], seed: int, what: str, turn: int) -> list[str]:
    said = "\n".join(own)
    fresh = [line for line in lines if line not in said]
    return [pick(fresh, seed, what, turn)] if fresh else []


def _attitude(change: int) -> str:
    return "opening" if change >= 4 else "willing" if change >= 1 else "waiting" if change >= -2 else "closing"


def _goal(disclosed: str, trust: float) -> str:
    if not disclosed:
        return "to see whether this leads anywhere"
    return "to say what is hardest" if trust >= 3 else "to be understood"
