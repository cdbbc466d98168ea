"""Did the gate of this service give this verdict? A seal that a state edited from outside cannot carry.

Behind the gate the rules are asked again, so that a forged verdict milder than theirs is seen anyway. What a model said
cannot be asked again at every node; the seal keeps it.
"""

import hashlib
import hmac
import os
import secrets

KEY_VARIABLE = "ESC_SKILLS_SEAL_KEY"
"""Set to one secret for all processes where a turn may begin in one and go on in another; else each has its own."""


_own_key = secrets.token_bytes(32)
"""Made on import and not when first needed: turns begin in several threads at once, and a cache would give two keys."""


def seal(text: str) -> str:
    """The seal of a text: 32 hex digits of HMAC-SHA-256."""
    key = os.environ.get(KEY_VARIABLE, "").encode() or _own_key
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]


def sealed(text: str, given: str) -> bool:
    """Whether this is the text's seal."""
    return hmac.compare_digest(seal(text), given)
