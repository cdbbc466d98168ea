"""`esc-skills threads`: which conversations are kept, and how do they go away?"""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from graphs.threads import Threads

app = typer.Typer(
    help="Kept conversations ('esc-skills chat --thread'): list them, erase one, forget old ones.",
    no_args_is_help=True,
)

Place = Annotated[
    str | None,
    typer.Option(
        "--threads",
        metavar="PLACE",
        help="SQLite file or postgresql:// URL; else ESC_SKILLS_THREADS; else a file among your user data.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def open_place(place: str | None, *, create: bool = False) -> "Threads":
    """The threads at the place, or where the environment says, with its key and its retention.

    Raises:
        NoThreads: nothing is kept there and `create` is False.
        ThreadsError: it cannot be opened, or the key is none.
    """
    from esc_skills.places import default_threads
    from graphs.threads import ThreadSettings, open_threads

    settings = ThreadSettings()
    where = place or settings.threads or default_threads(create=create)
    return open_threads(where, key=settings.key, keep_days=settings.threads_keep_days, create=create)


@app.command("list")
def list_threads(threads: Place = None, as_json: Json = False) -> None:
    """List kept conversations: name, last turn, number of messages, whether they are encrypted."""
    from esc_skills.console import counted, out, print_json
    from graphs.threads import NoThreads

    try:
        with open_place(threads) as opened:
            place, kept = opened.place, opened.list(count=True)
    except NoThreads as error:
        if as_json:
            print_json([])
        else:
            out.print(str(error), markup=False, soft_wrap=True)
        return
    if as_json:
        print_json([thread.model_dump(mode="json") for thread in kept])
        return
    out.print(f"{counted(len(kept), 'thread')} at {place}", markup=False, soft_wrap=True)
    if not kept:
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    for column in ("thread", "last turn (UTC)", "messages", "encrypted"):
        table.add_column(column, justify="right" if column == "messages" else "left", overflow="fold")
    for thread in kept:
        table.add_row(
            escape(thread.id),
            f"{thread.last:%Y-%m-%d %H:%M}" if thread.last else "–",
            "–" if thread.messages is None else str(thread.messages),
            "yes" if thread.encrypted else "no",
        )
    out.print(table)


@app.command()
def erase(
    thread: Annotated[str, typer.Argument(help="Name of the thread, as 'threads list' shows it.")],
    threads: Place = None,
    as_json: Json = False,
) -> None:
    """Erase every word of one conversation. No key is needed. It cannot be undone."""
    from esc_skills.console import out, print_json

    with open_place(threads) as opened:
        place, done = opened.place, opened.erase(thread)
    if as_json:
        print_json(done.model_dump(mode="json"))
    elif not done.found:
        out.print(f"no thread '{thread}' is kept at {place}; nothing was erased", markup=False, soft_wrap=True)
    else:
        rest = f"; {done.leftover}" if done.leftover else ""
        out.print(f"thread '{thread}' is erased from {place}{rest}", markup=False, soft_wrap=True)


@app.command()
def forget(
    older_than: Annotated[float, typer.Option("--older-than", min=0, metavar="DAYS", help="Days since the last turn.")],
    threads: Place = None,
    as_json: Json = False,
) -> None:
    """Erase conversations whose last turn is more than so many days ago. No key is needed. It cannot be undone."""
    from esc_skills.console import counted, out, print_json

    with open_place(threads) as opened:
        place, gone = opened.place, opened.forget_older_than(older_than)
    if as_json:
        print_json({"forgotten": list(gone)})
        return
    out.print(f"{counted(len(gone), 'thread')} erased from {place}", markup=False, soft_wrap=True)
    for name in gone:
        out.print(f"  {name}", markup=False, soft_wrap=True)


@app.command()
def key() -> None:
    """Make a key for ESC_SKILLS_THREAD_KEY. Keep it: without it, what it encrypted cannot be read again."""
    import secrets

    typer.echo(secrets.token_hex(32))
