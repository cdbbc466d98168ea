"""What does the caller decide where a source of profiles is silent? The split, and a hidden intention."""

import hashlib

from conversation.formats.record import FieldError
from conversation.model import Value
from conversation.profile import Intention, Split


class NoIntention(ValueError):
    """The whole format lacks hidden intentions, and the caller gave none: nothing is read."""


class Asked(Value):
    """The caller's word. Nothing of it is guessed: a source without intentions is refused without one of the two."""

    split: Split = Split.TRAIN
    intention: Intention | None = None
    """The same for every seeker of the file."""
    draw: int | None = None
    """Seed of a draw over all eight, by seeker; said in the profile's source."""

    def intention_for(self, seeker: str) -> tuple[Intention, str]:
        """The hidden intention of a seeker whose source names none, and how it came about.

        Raises:
            NoIntention: the caller named neither an intention nor a seed.
        """
        if self.intention is not None:
            return self.intention, "intention given by hand"
        if self.draw is None:
            raise NoIntention(
                "these profiles have no hidden intention; name one for all with --intention, or draw with --draw SEED"
            )
        digest = hashlib.sha256(f"{self.draw}/{seeker}/intention".encode()).digest()
        return tuple(Intention)[digest[0] % len(Intention)], f"intention drawn, seed {self.draw}"


def of_age(age: int, field: str) -> int:
    """The age of a seeker who may be simulated.

    Raises:
        FieldError: under 18, or no age at all: seekers who are children are not simulated.
    """
    if not 18 <= age <= 99:
        raise FieldError(field, f"an age from 18 to 99, got {age}")
    return age
