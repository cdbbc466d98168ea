"""What can go wrong with the audit log? One clear line each, which never repeats what was recorded."""


class AuditError(ValueError):
    """The audit log cannot do what was asked of it."""


class NoAudit(AuditError):
    """There is no audit log at that place, and none was to be made."""


class NewerAudit(AuditError):
    """The audit log was made by a newer version of ESC-Skills than this one."""
