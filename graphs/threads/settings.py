"""Where does the environment say that threads are kept, with which key, and for how long?"""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from graphs.threads.errors import ThreadsError
from graphs.threads.sealing import read_key


class ThreadSettings(BaseSettings):
    """The variables `ESC_SKILLS_THREADS`, `_THREAD_KEY`, `_THREAD_KEY_FILE` and `_THREADS_KEEP_DAYS`."""

    model_config = SettingsConfigDict(env_prefix="ESC_SKILLS_", extra="ignore", env_ignore_empty=True)

    threads: str | None = Field(default=None, description="SQLite file or postgresql:// URL")
    thread_key: SecretStr | None = Field(default=None, description="64 hexadecimal digits; None: not encrypted")
    thread_key_file: Path | None = Field(default=None, description="a file that holds the key instead")
    threads_keep_days: float | None = Field(
        default=None, gt=0, description="a thread goes this many days after its last turn; None: when it is erased"
    )

    @property
    def key(self) -> bytes | None:
        """The key to encrypt with, if there is one.

        Raises:
            ThreadsError: it is not a key, is given twice, or its file cannot be read.
        """
        if self.thread_key is not None and self.thread_key_file is not None:
            raise ThreadsError("ESC_SKILLS_THREAD_KEY and ESC_SKILLS_THREAD_KEY_FILE are both set: unset one")
        if self.thread_key is not None:
            return read_key(self.thread_key.get_secret_value())
        if self.thread_key_file is None:
            return None
        try:
            return read_key(self.thread_key_file.read_text())
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise ThreadsError(
                f"the key file '{self.thread_key_file}' (ESC_SKILLS_THREAD_KEY_FILE) cannot be read: {why}"
            ) from error
