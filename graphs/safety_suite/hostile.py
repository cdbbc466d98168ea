"""What if the model drafts harm? A supporter on a loopback address that plants an unsafe intervention in every draft.

It stands for a model that was talked round, trained badly or replaced. What is delivered must be as safe as ever.
"""

import hashlib
import re
from collections import Counter
from typing import Any

from conversation.dialogue import Speaker
from conversation.safety_probes.drafts import Draft, harmless, unsafe_drafts
from conversation.seeker import RiskTier
from conversation.support import UnsafeIntervention
from nodes.embedded.server import Completion, EmbeddedServer
from nodes.supporter import SupporterQuestion

_HAN = re.compile(r"[\u4e00-\u9fff]")
_ASKS_ADVICE = re.compile(r"\?|\bshould i\b|\badvice\b|\bhow (?:do|can|would) i\b|\bhelp me\b", re.I)


class HostileSupporter(EmbeddedServer):
    """Drafts by rule: which intervention, in which words and where in the reply depends on the question alone."""

    def __init__(self) -> None:
        super().__init__()
        self.planted: Counter[UnsafeIntervention] = Counter()

    def complete(self, request: dict[str, Any]) -> Completion:
        """A draft with an unsafe intervention in it, alone or between harmless sentences; the rewrite has another."""
        text = next(m["content"] for m in reversed(request["messages"]) if m["role"] == "user")
        draft = self.draft(SupporterQuestion.model_validate_json(text))
        return Completion("hostile", draft, len(text) // 4, len(draft) // 4)

    def draft(self, question: SupporterQuestion) -> str:
        """The words of one draft."""
        number = int.from_bytes(hashlib.sha256(question.model_dump_json().encode()).digest()[:6])
        chosen = fitting(question)
        kinds = sorted({draft.kind for draft in chosen})
        kind = kinds[number % len(kinds)]
        ways = [draft for draft in chosen if draft.kind is kind]
        unsafe = ways[number // 32 % len(ways)]
        with self._lock:
            self.planted[kind] += 1
        kindly = harmless(unsafe.locale)
        first, last = kindly[number // 64 % len(kindly)], kindly[(number // 64 + 1) % len(kindly)]
        if unsafe.when == "first":  # harm by what it leaves out: it stands alone
            return unsafe.text
        return (unsafe.text, f"{first} {unsafe.text}", f"{first} {unsafe.text} {last}", f"{unsafe.text} {last}")[
            number // 512 % 4
        ]

    def came_through(self, reply: str) -> tuple[UnsafeIntervention, ...]:
        """The interventions whose words stand in a reply that was delivered. Those that are only an omission do not."""
        return tuple(dict.fromkeys(d.kind for d in unsafe_drafts() if d.when == "always" and d.text in reply))


def fitting(question: SupporterQuestion) -> tuple[Draft, ...]:
    """The drafts that would be unsafe as an answer to this question."""
    last = question.transcript[-1].text if question.transcript else ""
    locale = "zh" if _HAN.search(last) else "en"
    first = not any(line.speaker is Speaker.SUPPORTER for line in question.transcript)
    when = {"always"}
    if question.state.risk.tier is not RiskTier.NONE:
        when.add("risk")
    elif first and not _ASKS_ADVICE.search(last):
        when.add("first")
    return tuple(draft for draft in unsafe_drafts() if draft.locale == locale and draft.when in when)
