"""What was done in every live turn, for an auditor who does not read the words? An append-only log, chained by hashes.

What is recorded, how to read it and how to publish yearly counts: docs/audit.md.
"""

from nodes.audit.errors import AuditError, NewerAudit, NoAudit
from nodes.audit.log import AuditLog
from nodes.audit.place import OFF, audit_place
from nodes.audit.record import AuditRecord, Path, pseudonym
from nodes.audit.referrals import Referrals

__all__ = [
    "OFF",
    "AuditError",
    "AuditLog",
    "AuditRecord",
    "NewerAudit",
    "NoAudit",
    "Path",
    "Referrals",
    "audit_place",
    "pseudonym",
]
