"""What does the seeker's last turn deny or take back? A "no" ends a crisis only where it answers what was asked."""

from conversation.dialogue import Speaker, Transcript
from conversation.seeker import RiskKind
from nodes.safety.answers import Answer, Asked, answer_of, only_denies, takes_back, wavers
from nodes.safety.assess import answer_to, denies, last_turn, learned_sign
from nodes.safety.read import read
from nodes.safety.rule import Role


def about_someone_else(transcript: Transcript) -> bool:
    """Whether every sign of suicide in the last turn speaks of another person."""
    turn, asked, _ = last_turn(transcript)
    signs = [s for text in turn for s in read(text).signs if s.role is Role.SIGN and s.kind is RiskKind.SUICIDE]
    signs = signs or [s for text in turn if (s := learned_sign(text, asked)) is not None and s.kind is RiskKind.SUICIDE]
    return bool(signs) and all(sign.third_party for sign in signs)


def denies_suicide(transcript: Transcript) -> bool:
    """Whether the last turn answers a direct question about suicide with a plain no that does not waver."""
    turn, asked, _ = last_turn(transcript)
    return denies(asked, answer_to(turn, asked))


def takes_back_risk(transcript: Transcript, kind: RiskKind | None) -> bool:
    """Whether the last turn plainly takes back thoughts of suicide, or of hurting someone, that were asked about.

    A bare "no" takes back only what was asked; "I would never touch him" takes back without being asked. Worry about
    someone else is not taken back by "no, I am fine": the danger was never the seeker's own.
    """
    turn, asked, _ = last_turn(transcript)
    if not turn or any(wavers(text) for text in turn):
        return False
    before = [line for line in transcript[: len(transcript) - len(turn)] if line.speaker is Speaker.SEEKER]
    if about_someone_else(tuple(before[-1:])):
        return False
    no = answer_to(turn, asked) is Answer.NO
    if kind is RiskKind.HARM_TO_OTHERS:
        return any(takes_back(text) for text in turn) or (no and Asked.OTHERS in asked)
    if kind is RiskKind.SUICIDE:
        denies_act = answer_of(turn[0]) is Answer.NO and any(takes_back(text) for text in turn)
        return denies_act or (no and Asked.SUICIDE in asked)
    return False


def only_a_denial(transcript: Transcript) -> bool:
    """Whether the last turn says no and nothing besides."""
    turn, _, _ = last_turn(transcript)
    return bool(turn) and all(only_denies(text) for text in turn)
