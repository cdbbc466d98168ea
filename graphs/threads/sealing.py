"""How do the words of a thread become bytes? As msgpack of known types only, encrypted when there is a key.

Cipher and format are those of LangGraph's `EncryptedSerializer` (AES in EAX mode, which also tells a wrong key or a
changed byte). What is added here: a plain value is refused where there is a key, an encrypted one where there is
none, and either is told in one line. Nothing is ever pickled, and no type outside LangGraph's list of safe ones is
rebuilt, whatever LANGGRAPH_STRICT_MSGPACK says: who can write to the database could otherwise run code here.
"""

from dataclasses import dataclass
from typing import Any

from langgraph.checkpoint.serde.base import CipherProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from graphs.threads.errors import ThreadsError, WrongKey

KEY_BYTES = 32
MAKE_A_KEY = "'esc-skills threads key' makes one"


@dataclass(frozen=True)
class Wrapped:
    """A plain string, number or flag on its way into a PostgreSQL checkpoint.

    LangGraph's saver writes such values past the serializer, in the clear, into the JSON of the checkpoint; the draft
    of a reply is one. Wrapped they go the way of all others.
    """

    value: str | int | float | bool


class ThreadSerializer(JsonPlusSerializer):
    """Values to bytes and back, for the threads of one place.

    Args:
        key: 32 bytes; None keeps in the clear.
        place: How errors name the place.
    """

    def __init__(self, key: bytes | None, place: str) -> None:
        super().__init__(pickle_fallback=False, allowed_json_modules=None, allowed_msgpack_modules=None)
        self._place = place
        self._cipher = _cipher(key) if key is not None else None

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Kind and bytes of a value; the kind names the cipher when there is one."""
        kind, data = super().dumps_typed(obj.value if isinstance(obj, Wrapped) else obj)
        if self._cipher is None:
            return kind, data
        cipher, sealed = self._cipher.encrypt(data)
        return f"{kind}+{cipher}", sealed

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value.

        Raises:
            WrongKey: it was encrypted with another key, needs one, or is in the clear although there is a key.
        """
        kind, sealed = data
        kind, _, cipher = kind.partition("+")
        if not cipher and self._cipher is None:
            return super().loads_typed((kind, sealed))
        if self._cipher is None:
            raise WrongKey(
                f"the threads at {self._place} are encrypted: set ESC_SKILLS_THREAD_KEY to the key they were kept with"
            )
        if not cipher:
            raise WrongKey(
                f"the threads at {self._place} were kept without encryption, and a key is set: unset "
                "ESC_SKILLS_THREAD_KEY to go on with them, or keep encrypted threads at another place"
            )
        try:
            plain = self._cipher.decrypt(cipher, bytes(sealed))
        except (ValueError, AssertionError) as error:
            raise WrongKey(
                f"the threads at {self._place} cannot be decrypted: they were kept with another key than the one in "
                "ESC_SKILLS_THREAD_KEY, or were changed since"
            ) from error
        return super().loads_typed((kind, plain))


def _cipher(key: bytes) -> CipherProtocol:
    if len(key) != KEY_BYTES:
        raise ThreadsError(f"a key for threads has {KEY_BYTES} bytes, and this one {len(key)}: {MAKE_A_KEY}")
    try:
        return EncryptedSerializer.from_pycryptodome_aes(key=key).cipher
    except ImportError as error:
        raise ThreadsError(
            "a key for threads is set, and the cipher is not installed: pip install 'esc-skills[encryption]'"
        ) from error


def read_key(text: str) -> bytes:
    """The key that 64 hexadecimal digits stand for. A passphrase is refused: it would be far too easy to guess.

    Raises:
        ThreadsError: it is anything else. The message does not repeat it.
    """
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ThreadsError(
            f"ESC_SKILLS_THREAD_KEY (or the file of ESC_SKILLS_THREAD_KEY_FILE) must be {2 * KEY_BYTES} hexadecimal "
            f"digits: {MAKE_A_KEY}"
        )
    return key
