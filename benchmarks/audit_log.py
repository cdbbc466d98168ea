"""What does it cost to record a turn? Times of one append, of a check of the whole log, and of a year's counts.

python benchmarks/audit_log.py [--turns 5000] [--log PLACE]
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from conversation.episode import SkillUse
from conversation.seeker import RiskTier
from nodes.audit import AuditLog, AuditRecord, pseudonym
from nodes.audit import Path as Way
from nodes.audit.record import BankRead, GateReading, GuardWork
from nodes.models import ROLES


def made(number: int) -> AuditRecord:
    return AuditRecord(
        at=datetime.now(UTC),
        conversation=pseudonym(f"thread {number // 10}"),
        message_id=f"{number:036d}",
        run=f"{number:036d}",
        path=Way.SKILL,
        gate=GateReading(tier=RiskTier.NONE, by=("rules",), rules="f" * 16),
        bank=BankRead(id="b" * 32, generation=1, content="c" * 64),
        used=SkillUse(skill_id="open-gently", version=1, step_id="say-it-back", how="start"),
        guard=GuardWork(drafts=1),
        prompts="p" * 16,
        retrieval="r" * 16,
        models=dict.fromkeys(ROLES, "embedded"),
        engine="0.1.0+world1+0123456789ab",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5000)
    parser.add_argument("--log", default=None, help="a new file or an empty PostgreSQL database; else a temporary file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.log or str(Path(folder) / "audit.db")
        with AuditLog.open(place) as log:
            taken = []
            for number in range(given.turns):
                record = made(number)
                before = time.perf_counter()
                log.append(record)
                taken.append((time.perf_counter() - before) * 1000)
            taken.sort()
            share = {name: taken[int(len(taken) * at)] for name, at in (("median", 0.5), ("p95", 0.95), ("p99", 0.99))}
            print("append, ms: " + ", ".join(f"{name} {value:.2f}" for name, value in share.items()))
            for name, work in (("verify", log.verify), ("referrals", lambda: log.referrals(datetime.now(UTC).year))):
                before = time.perf_counter()
                work()
                print(f"{name} of {given.turns} turns, s: {time.perf_counter() - before:.2f}")
        if "://" not in place:
            print(f"bytes a turn: {Path(place).stat().st_size / given.turns:.0f}")


if __name__ == "__main__":
    main()
