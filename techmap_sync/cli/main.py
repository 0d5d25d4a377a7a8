"""The program: its own options, where its commands are, and the last boundary for errors.

Only here does a problem become a sentence and an exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from techmap_sync import __version__
from techmap_sync.app.exit_codes import Exit
from techmap_sync.cli.ci_log import nothing_is_obeyed
from techmap_sync.errors import Problem
from techmap_sync.secrecy import harmless

COMMANDS = ("init", "new", "check", "show", "plan", "push", "pull", "reconcile", "status", "doctor", "ci")
"""Each is a function in the file of its name in this folder; help lists them in this order."""


class CommandsOnDemand(TyperGroup):
    """Imports the file of a command when that command is asked for, so that no command waits for the others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; for an unknown name all are read, so that Typer can suggest the nearest."""
        if cmd_name not in self.commands:
            for name in (cmd_name,) if cmd_name in COMMANDS else COMMANDS:
                self.commands[name] = command(name)
        return self.commands.get(cmd_name)


@cache
def command(name: str) -> Any:
    """Return a command, made of the function in the file of its name and the example there."""
    file = import_module(f"techmap_sync.cli.{name}")
    made = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    made.command(epilog=f"Example: {file.EXAMPLE}")(getattr(file, name))
    return get_group(made).commands[name]


app = typer.Typer(
    name="techmap-sync",
    cls=CommandsOnDemand,
    help="Turn approved technical maps into tickets and keep both in sync: no duplicates, no lost edits.",
    epilog="Example: techmap-sync plan docs/maps --to backlog:./backlog",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Options of the program itself."""
    if version:
        print(f"techmap-sync {__version__}")
        raise typer.Exit


PAIRED = "--resolve"
"""This option takes two words and may be repeated, which Typer does not support."""


def with_pairs(words: Sequence[str]) -> list[str]:
    """Return the words of a command line, with the two words after each ``--resolve`` joined."""
    joined: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        joined.append(word)
        if word == PAIRED and left:
            joined.append(" ".join(left[:2]))
            del left[:2]
    return joined


def main() -> None:
    """Run the program: the one place where a problem becomes a sentence and an exit code."""
    with nothing_is_obeyed():
        _run()


def _run() -> None:
    try:
        app(with_pairs(sys.argv[1:]))
    except Problem as problem:
        from techmap_sync.cli.console import Screen

        sys.exit(Screen().failed(problem))
    except Exception as error:  # noqa: BLE001 - the last boundary: a bug must not look like the user's mistake
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        print(
            f"error: this is a bug in techmap-sync: {type(error).__name__} in {place}: {harmless(str(error))}",
            file=sys.stderr,
        )
        sys.exit(Exit.BUG)
