"""Which dialogues are held out? Decided by the seeker's situation, so that no situation stands on both sides."""

import hashlib
import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^\w]+")


def held_out(dialogue_situation: str, share: float = 0.3) -> bool:
    """Whether a dialogue with this situation belongs to the held-out part.

    The situation is normalised (case, punctuation, white space), hashed with SHA-256 and read as a number in 0..1;
    below `share` it is held out. Two copies of a situation in different files therefore always fall on the same side,
    and the split needs no list to be kept.

    Args:
        dialogue_situation: the seeker's own summary; a dialogue without one should pass its first message.
        share: expected share of dialogues held out, 0..1.

    Raises:
        ValueError: `share` lies outside 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    plain = _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", dialogue_situation).lower()).strip()
    place = int.from_bytes(hashlib.sha256(plain.encode()).digest()[:8], "big") / 2**64
    return place < share
