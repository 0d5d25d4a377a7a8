"""The program: its own options, where its commands are, and the last boundary for errors.

Only here does a problem become a sentence and an exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from techmap_sync import __version__
from techmap_sync.app.exit_codes import Exit
from techmap_sync.cli import help_pages
from techmap_sync.cli.ci_log import RESULT, nothing_is_obeyed
from techmap_sync.errors import Problem
from techmap_sync.secrecy import harmless

COMMANDS = tuple(name for names in help_pages.COMMANDS.values() for name in names)
"""Each is a function in the file of its name in this folder; help lists them in this order."""


class ConvertsWhatIsGiven:
    """Leaves to Typer only what has to be converted.

    Typer makes an adapter of pydantic for each parameter, also where nothing was given and where text is wanted, which
    was a seventh of a ``check``.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read the words of a command line."""
        for parameter in self.get_params(ctx):  # type: ignore[attr-defined]
            parameter.process_value = partial(_converted, parameter)
        return super().parse_args(ctx, args)  # type: ignore[misc]


def _converted(parameter: Any, ctx: Any, value: Any) -> Any:
    # Its name is not documented: without it, everything goes through Typer.
    wanted = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if value is None and not parameter.required:
        return () if parameter.multiple or parameter.nargs == -1 else None
    if value is not None and (wanted is str or isinstance(value, Enum)):
        return value
    if value and wanted == list[str]:
        return list(value)
    return type(parameter).process_value(parameter, ctx, value)


class _Command(ConvertsWhatIsGiven, help_pages.GroupedCommand):
    """One of the commands."""


class CommandsOnDemand(ConvertsWhatIsGiven, TyperGroup):
    """Imports the file of a command when that command is asked for, so that no command waits for the others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands in groups, each with its whole sentence."""
        help_pages.write_commands(((name, command(name).get_short_help_str(limit=500)) for name in COMMANDS), formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the example, and what the exit codes mean."""
        super().format_epilog(ctx, formatter)
        help_pages.write_exits(formatter)

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
    made.command(cls=_Command, epilog=f"Example: {file.EXAMPLE}")(getattr(file, name))
    return get_group(made).commands[name]


app = typer.Typer(
    name="techmap-sync",
    cls=CommandsOnDemand,
    help="Turn approved technical maps into tickets and keep both in sync: no duplicates, no lost edits.",
    epilog='Begin with techmap-sync init and techmap-sync new "Feature"; '
    "techmap-sync help COMMAND says what a command takes. Example: techmap-sync plan docs/maps --to backlog:./backlog",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("-V", "--version", help="Print the version and exit.")] = False,
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


def with_help(words: Sequence[str]) -> list[str]:
    """Return the words of a command line; ``help COMMAND`` is what others take for ``COMMAND --help``."""
    return [*words[1:2], "--help"] if words[:1] == ["help"] else list(words)


def asks_for_json(words: Sequence[str]) -> bool:
    """Return whether a command line wants its result as JSON, even where it cannot be understood as a whole."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return any(word == "--format=json" or (word, value) == ("--format", "json") for word, value in pairs)


def main() -> None:
    """Run the program: the one place where a problem becomes a sentence and an exit code."""
    RESULT.set(False)
    with nothing_is_obeyed():
        _run(sys.argv[1:])


def _run(words: Sequence[str]) -> None:
    try:
        code = _obeyed(words)
        if code == Exit.INTERRUPTED:
            print("interrupted; the next run goes on from what was written", file=sys.stderr)
        sys.exit(code)
    except Problem as problem:
        from techmap_sync.cli.console import Screen

        sys.exit(Screen().ended_by(problem, as_json=asks_for_json(words)))
    except Exception as error:  # noqa: BLE001 - the last boundary: a bug must not look like the user's mistake
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        message = f"this is a bug in techmap-sync: {type(error).__name__} in {place}: {harmless(str(error))}"
        print(f"error: {message}", file=sys.stderr)
        if asks_for_json(words):
            from techmap_sync.reports.messages import bug_json

            print(bug_json(message, Exit.BUG))
        sys.exit(Exit.BUG)


def _obeyed(words: Sequence[str]) -> int:
    """Run a command line, and return its exit code.

    :raises Problem: also for words that it does not take.
    """
    try:
        return app(with_pairs(with_help(words)), standalone_mode=False) or Exit.DONE
    except typer.TyperException as error:
        if "NoArgsIsHelp" in type(error).__name__:
            print(error.format_message(), file=sys.stderr)
            return Exit.USAGE
        from techmap_sync.cli.misspelt import usage_problem

        raise usage_problem(error, COMMANDS) from error
