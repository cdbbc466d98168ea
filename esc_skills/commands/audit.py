"""`esc-skills audit`: what was done in the live turns, and how often were people referred to crisis services?"""

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversation.seeker import RiskTier
    from nodes.audit import AuditLog, AuditRecord, Referrals

app = typer.Typer(
    help="The record of live turns: list them, count crisis referrals, check that nothing was changed.",
    invoke_without_command=True,
)

Log = Annotated[
    str | None,
    typer.Option(
        "--log",
        metavar="PLACE",
        help="SQLite file or postgresql:// URL; else ESC_SKILLS_AUDIT; else a file among your user data.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


@contextmanager
def _opened(place: str | None) -> "Iterator[AuditLog]":
    from nodes.audit import AuditLog, audit_place

    with AuditLog.open(audit_place(place), create=False) as log:
        yield log


@app.callback()
def turns(
    context: typer.Context,
    log: Log = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="From then on; UTC, such as 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Before then.")] = None,
    tier: Annotated[str | None, typer.Option(help="none, concern, elevated or imminent: as the gate read it.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Id of a thread, or its pseudonym as shown here.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many, the last ones.")] = 20,
    as_json: Json = False,
) -> None:
    """List the last live turns. No words are shown; with --json they are, where the operator keeps them."""
    if context.invoked_subcommand is not None:
        context.obj = log
        return
    from itertools import islice

    from esc_skills.console import print_json

    wanted: dict[str, Any] = {"since": _moment("since", since), "until": _moment("until", until)}
    wanted |= {"tier": _tier(tier), "conversation": conversation}
    with _opened(log) as opened:
        last = list(islice(opened.records(**wanted, newest_first=True), limit))[::-1]
        if as_json:
            print_json([record.model_dump(mode="json") for record in last])
        else:
            _print_turns(last, opened.place)


def _print_turns(records: "list[AuditRecord]", place: str) -> None:
    from rich.markup import escape
    from rich.table import Table

    from esc_skills.console import counted, out

    out.print(f"last {counted(len(records), 'turn')} at {place}", markup=False, soft_wrap=True)
    if not records:
        return
    table = Table(box=None, padding=(0, 1, 0, 0))
    for column in ("time (UTC)", "thread", "tier", "answered by", "guard", "referred"):
        # An id stands on one line, also in a terminal of 80 columns.
        least, most = 22 if column == "answered by" else None, 12 if column in ("tier", "guard") else None
        whole = column in ("time (UTC)", "thread")
        table.add_column(column, overflow="fold", no_wrap=whole, min_width=least, max_width=most)
    for record in records:
        table.add_row(
            f"{record.at:%Y-%m-%d %H:%M}",
            record.conversation[:8] or "–",
            record.gate.tier.value + (f" ({', '.join(record.gate.failed)} failed)" if record.gate.failed else ""),
            escape(_answered_by(record)),
            _guard(record),
            "first" if record.referred else "named" if record.named else "",
        )
    out.print(table)


def _answered_by(record: "AuditRecord") -> str:
    """The skill and its step; else the path, and on the crisis path the phase of the reply."""
    if record.used:
        return f"{record.used.skill_id}\n{record.used.step_id}, v{record.used.version}"
    return record.path.value.replace("_", " ") + (f": {record.crisis.phase}" if record.crisis else "")


def _guard(record: "AuditRecord") -> str:
    found = [f"{found.kind.value} in draft {found.draft + 1}" for found in record.guard.found]
    return "; ".join((*found, "authored reply") if record.guard.fallback else found)


@app.command()
def referrals(
    context: typer.Context,
    year: Annotated[
        int | None, typer.Option(min=1, max=9999, help="Calendar year in UTC; last year if not given.")
    ] = None,
    log: Log = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, one count a row.")] = False,
) -> None:
    """Count the crisis referrals of a year, by month, kind of risk and region: what California's SB 243 asks for."""
    from esc_skills.console import print_json
    from esc_skills.errors import Usage

    if as_json and as_csv:
        raise Usage("--json and --csv are both given: choose one")
    with _opened(log or context.obj) as opened:
        counts = opened.referrals(year or datetime.now(UTC).year - 1)
    rows = _rows(counts)
    if as_json:
        print_json(
            {
                "year": counts.year,
                "turns": counts.turns,
                "conversations": counts.conversations,
                "turns_outside_conversations": counts.loose_turns,
                "counts": [dict(zip(_COLUMNS, row, strict=True)) for row in rows],
            }
        )
    elif as_csv:
        _print_csv(rows)
    else:
        _print_counts(counts, rows)


_COLUMNS = ("by", "of", "referrals", "notifications")


def _rows(counts: "Referrals") -> list[tuple[str, str, int, int]]:
    parts = [("year", str(counts.year), counts.total)]
    parts += [("month", f"{counts.year:04d}-{month:02d}", count) for month, count in counts.months.items()]
    parts += [("kind", kind, count) for kind, count in counts.kinds.items()]
    parts += [("region", region, count) for region, count in counts.regions.items()]
    return [(by, of, count.referrals, count.notifications) for by, of, count in parts]


def _print_csv(rows: list[tuple[str, str, int, int]]) -> None:
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(rows)


def _print_counts(counts: "Referrals", rows: list[tuple[str, str, int, int]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from esc_skills.console import out

    out.print(
        f"{counts.year}: {counts.turns} turns, {counts.conversations} conversations"
        + (f", {counts.loose_turns} turns outside any" if counts.loose_turns else "")
    )
    table = Table(title="crisis referrals", title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column in ("by", "of") else "right")
    for by, of, referred, notified in rows:
        if by != "month" or notified:
            table.add_row(by, escape(of), str(referred), str(notified))
    out.print(table)
    out.print(
        "referrals: crises in which a service was named, each once; notifications: replies that named one.", style="dim"
    )


@app.command()
def verify(
    context: typer.Context,
    log: Log = None,
    head: Annotated[
        str | None, typer.Option(metavar="NUMBER:HASH", help="A row as this command once showed it, noted elsewhere.")
    ] = None,
) -> None:
    """Check every row: nothing changed, taken out or put in. Exit code 1 when something was."""
    from esc_skills.console import out

    with _opened(log or context.obj) as opened:
        problems = opened.verify(_head(head))
        number, newest = opened.head()
        for problem in problems:
            out.print(problem, markup=False, soft_wrap=True)
        if problems:
            raise typer.Exit(1)
        out.print(f"{opened.place}: sound, {number} rows", markup=False, soft_wrap=True)
    if number:
        out.print(f"Note this elsewhere, and give it as --head another time: {number}:{newest}", soft_wrap=True)


@app.command()
def prune(
    context: typer.Context,
    before: Annotated[str, typer.Option(metavar="DATE", help="Turns before then go; UTC, such as 2026-01-01.")],
    log: Log = None,
) -> None:
    """Delete old turns. A row that says so stays, with their counts of referrals."""
    from esc_skills.console import out

    moment = _moment("before", before)
    assert moment is not None  # noqa: S101 - only nothing gives None
    with _opened(log or context.obj) as opened:
        out.print(f"{opened.place}: {opened.prune(moment)} turns deleted", markup=False, soft_wrap=True)


@app.command()
def erase(
    context: typer.Context,
    conversation: Annotated[str, typer.Argument(help="Id of the thread, or its pseudonym.")],
    log: Log = None,
) -> None:
    """Delete the words of one conversation, where they were kept. Its records stay, and a row says what went."""
    from esc_skills.console import out

    with _opened(log or context.obj) as opened:
        turns = opened.erase(conversation)
    out.print(f"{conversation}: words of {turns} turns deleted", markup=False, soft_wrap=True)


def _moment(option: str, text: str | None) -> datetime | None:
    from esc_skills.errors import Usage

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Usage(f"--{option}: '{text}' is no date; write it as 2026-03-01 or 2026-03-01T14:30") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _tier(text: str | None) -> "RiskTier | None":
    from conversation.seeker import RiskTier
    from esc_skills.errors import Usage

    if text is None:
        return None
    try:
        return RiskTier(text)
    except ValueError:
        raise Usage(f"--tier: there is no tier '{text}'; choose {', '.join(tier.value for tier in RiskTier)}") from None


def _head(text: str | None) -> tuple[int, str] | None:
    from esc_skills.errors import Usage

    if text is None:
        return None
    number, _, noted = text.partition(":")
    if not number.isdecimal() or not noted:
        raise Usage(f"--head: '{text}' is not NUMBER:HASH, as 'esc-skills audit verify' shows it")
    return int(number), noted
