"""What can be done from the command line? One command a thing; every error is one line and a non-zero exit."""

import os
import sys
from typing import Annotated

import typer

from esc_skills.commands import audit, bank, chat, discover, evolve, profiles, safety, sage, simulate, threads

app = typer.Typer(
    name="esc-skills",
    help=(
        "Emotional-support skills that are executable, inspectable and improvable.\n\n"
        "Start with **esc-skills evolve**: it simulates seekers, finds what the starter bank lacks, and accepts a "
        "change only on evidence. **esc-skills chat --explain** shows why each reply was given. "
        "**esc-skills discover FILES** makes a bank of your own from recorded dialogues.\n\n"
        "Everything runs on this machine without a key. This is research software: it is not therapy, and no "
        "substitute for help from people."
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",  # it reflows docstrings; "rich" keeps their line breaks
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("evolve")(evolve.evolve)
app.command("discover")(discover.discover)
app.command("chat")(chat.chat)
app.command("simulate")(simulate.simulate)
app.command("safety")(safety.safety)
app.add_typer(bank.app, name="bank")
app.add_typer(audit.app, name="audit")
app.add_typer(threads.app, name="threads")
app.add_typer(profiles.app, name="profiles")
app.add_typer(sage.app, name="sage")


def _version(wanted: bool) -> None:
    if wanted:
        from esc_skills import __version__

        typer.echo(f"esc-skills {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
) -> None:
    if debug:
        os.environ["ESC_SKILLS_DEBUG"] = "1"


def main() -> None:
    """Run the command line. Errors that a person can mend are one line on standard error and exit code 1."""
    try:
        app()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except Exception as error:
        if os.environ.get("ESC_SKILLS_DEBUG"):
            raise
        _say(error)
        sys.exit(1)


def _say(error: Exception) -> None:
    """One line: what is wrong and what to do. An error that nobody foresaw says so, and how to see more."""
    from esc_skills.errors import expected

    line = " ".join(str(error).split()) or type(error).__name__
    if expected(error):
        typer.echo(f"esc-skills: {line}", err=True)
    else:
        typer.echo(
            f"esc-skills: unexpected {type(error).__name__}: {line} (run again with --debug before the command, and "
            "report what it shows)",
            err=True,
        )
