"""How grave is what the seeker wrote? The first node of a live turn: rules, and a model beside them where there is one.

The more careful answer wins. A model that fails leaves the rules to decide, at least at `concern`; rules that fail lead
to the crisis reply. Neither is ever read as "no risk".
"""

import hashlib
from collections.abc import Callable
from enum import StrEnum

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.model import Value
from conversation.seeker import Risk, RiskKind, RiskTier
from nodes.safety.assess import assess, last_turn
from nodes.safety.language import UnsupportedLanguage
from nodes.safety.seal import KEY_VARIABLE, seal, sealed


class GateVerdict(Value):
    """The gate's answer on one message. Without it, for that very message, nobody may retrieve or respond."""

    message_id: str
    heard: str = Field(description="hash of the seeker's turn that was read: other words need a verdict of their own")
    risk: Risk
    by: tuple[str, ...] = Field(default=(), description="who answered: 'rules', 'model'")
    failed: tuple[str, ...] = Field(default=(), description="who failed to answer; in simulation an error, unscored")
    seal: str = Field(default="", description="of the gate that gave it; a verdict edited from outside has none")

    @property
    def _content(self) -> str:
        return self.model_dump_json(exclude={"seal"})

    def with_seal(self) -> "GateVerdict":
        """The verdict as the gate gives it out."""
        return self.model_copy(update={"seal": seal(self._content)})

    @property
    def genuine(self) -> bool:
        """Whether a gate of this service gave it out, as it stands."""
        return sealed(self._content, self.seal)


class Phase(StrEnum):
    """Where the crisis conversation stands."""

    ASK = "ask"
    HEARD = "heard"
    LISTEN = "listen"
    PEOPLE = "people"
    MEANS = "means"
    LINE = "line"
    STAY = "stay"


ASKED_FOR = 6
"""Seeker turns for which an answered question stands: a further concern of the same kind is not asked again."""


class CrisisState(Value):
    """What the crisis path remembers between turns; kept in the graph's state, JSON-able."""

    active: bool = Field(default=False, description="whether the crisis path answers this turn")
    tier: RiskTier = Field(default=RiskTier.NONE, description="the highest tier of this crisis")
    kind: RiskKind | None = None
    phase: Phase | None = Field(default=None, description="of the last crisis reply")
    done: tuple[Phase, ...] = Field(default=(), description="phases given at this tier")
    said: tuple[str, ...] = Field(default=(), description="hashes of texts given in this conversation")
    denied: bool = Field(default=False, description="the seeker plainly said no, and no sign has come since")
    ask_how: bool = Field(default=True, description="no denial since suicide was last spoken of: a plan may be asked")
    calm_turns: int = 0
    turn: int = Field(default=0, description="seeker turns read")
    asked_at: int = Field(default=-ASKED_FOR - 1, description="seeker turn at which risk was last asked about")
    handed_off: bool = Field(default=False, description="people or services were named: a hand-off took place")
    named: bool = Field(default=False, description="a service was named in this crisis; a later crisis begins anew")


class GateMissing(RuntimeError):
    """Someone tried to retrieve or respond without a gate verdict for the last message."""


def gate(
    transcript: Transcript,
    message_id: str,
    *,
    locale: str = "en",
    ask_model: Callable[[Transcript], Risk] | None = None,
) -> GateVerdict:
    """The verdict on the last message, by rules and, where one is given, a model: the more careful answer wins.

    Raises:
        UnsupportedLanguage: no model is given, and the rules do not know the language.
    """
    by: list[str] = []
    failed: list[str] = []
    answers: list[Risk] = []
    unread = False
    try:
        answers.append(assess(transcript, locale=locale))
        by.append("rules")
    except UnsupportedLanguage:
        if ask_model is None:
            raise
        unread = True
    except Exception:  # whatever broke, the seeker must not be answered as if nothing were wrong
        failed.append("rules")
    if ask_model is not None:
        try:
            answers.append(ask_model(transcript))
            by.append("model")
        except Exception:
            failed.append("model")
    if "rules" in failed or (unread and "model" in failed):
        answers.append(Risk(tier=RiskTier.IMMINENT))
    elif "model" in failed:
        answers.append(Risk(tier=RiskTier.CONCERN))
    return GateVerdict(
        message_id=message_id,
        heard=_heard(transcript),
        risk=_most_careful(answers),
        by=tuple(by),
        failed=tuple(failed),
    ).with_seal()


def _heard(transcript: Transcript) -> str:
    turn, _, _ = last_turn(transcript)
    return hashlib.sha256("\x1e".join(turn).encode(errors="surrogatepass")).hexdigest()[:16]


def _most_careful(answers: list[Risk]) -> Risk:
    tier = max((risk.tier for risk in answers), key=lambda t: t.level)
    found = {kind for risk in answers if risk.tier is not RiskTier.NONE for kind in risk.kinds}
    signs = dict.fromkeys(sign for risk in answers for sign in risk.signs)
    return Risk(tier=tier, kinds=tuple(kind for kind in RiskKind if kind in found), signs=tuple(signs))


def require_verdict(
    verdict: GateVerdict | None, transcript: Transcript, message_id: str, *, locale: str = "en"
) -> GateVerdict:
    """The verdict, if it is for this message and no milder than the rules say; retriever and supporter call this first.

    A verdict written into the state from outside carries no seal; and the rules are asked again.

    Raises:
        GateMissing: there is no verdict, it is for another message or other words, it was not given by this service's
            gate, or it is milder than the rules.
    """
    if verdict is None or verdict.message_id != message_id or verdict.heard != _heard(transcript):
        raise GateMissing(f"no crisis-gate verdict for message '{message_id}': run the crisis_gate node first")
    if not verdict.genuine:
        raise GateMissing(
            f"the verdict for message '{message_id}' was not given by this service's gate: run crisis_gate again, or "
            f"set {KEY_VARIABLE} to one secret where a turn may begin in one process and go on in another"
        )
    try:
        least = assess(transcript, locale=locale).tier
    except UnsupportedLanguage:
        if "model" not in (*verdict.by, *verdict.failed):
            raise
        return verdict
    except Exception:
        if "rules" not in verdict.failed or verdict.risk.tier is not RiskTier.IMMINENT:
            raise
        return verdict  # the gate itself saw the rules fail, and was as careful as can be
    if verdict.risk.tier.level < least.level:
        raise GateMissing(f"the verdict for message '{message_id}' is milder than the rules: run crisis_gate again")
    return verdict
