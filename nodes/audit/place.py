"""Where is the audit log? Where it is said, else where ESC_SKILLS_AUDIT says, else in a file among the user's data."""

import os
from pathlib import Path

import sqlalchemy as sa

from nodes.audit.errors import AuditError, NoAudit

OFF = "off"
"""The place that stands for no audit log."""
VARIABLE = "ESC_SKILLS_AUDIT"
_FILE = "audit.db"


def audit_place(named: str | None = None) -> str:
    """The place as named: a file, a postgresql:// URL or 'off'."""
    if named is not None and named.strip():
        return named.strip()
    if os.environ.get(VARIABLE, "").strip():
        return os.environ[VARIABLE].strip()
    from platformdirs import user_data_path

    return str(user_data_path("esc-skills", appauthor=False) / _FILE)


def database(place: str, *, create: bool) -> tuple[sa.URL, str]:
    """The database of a place, and the place without its password. A file is made, for its owner alone.

    Raises:
        NoAudit: it is 'off', or there is no such file and `create` is False.
        AuditError: neither a file nor a PostgreSQL URL, or a file that cannot be made.
    """
    if place == OFF:
        raise NoAudit(f"the audit log is switched off ({VARIABLE}=off): name a file or a postgresql:// URL")
    if "://" in place:
        try:
            url = sa.make_url(place)
        except (sa.exc.ArgumentError, ValueError):
            raise AuditError(
                f"the audit log's place '{place.partition('://')[0]}://…' is no database URL: write "
                "postgresql://user:password@host/database"
            ) from None
        if url.get_backend_name() != "postgresql":
            raise AuditError(
                f"the audit log is kept in a SQLite file or in PostgreSQL, not in '{url.get_backend_name()}': name a "
                "file or a postgresql:// URL"
            )
        if url.drivername == "postgresql":  # psycopg 3 is the driver that the extra installs
            url = url.set(drivername="postgresql+psycopg")
        return url, url.render_as_string(hide_password=True)
    file = Path(place).expanduser()
    if file.is_dir():
        raise AuditError(f"the audit log's place '{file}' is a folder: name a file in it, such as '{file / _FILE}'")
    if not file.exists():
        if not create:
            raise NoAudit(f"no audit log at '{file}': it is made with the first live turn; name another with --log")
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made here, since SQLite would let everybody read it; its write-ahead log takes the same permissions.
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise AuditError(
                f"the audit log cannot be kept at '{file}': {error.strerror}; set {VARIABLE} to a place that can be "
                "written, or to 'off'"
            ) from error
    return sa.URL.create("sqlite", database=str(file)), str(file)
