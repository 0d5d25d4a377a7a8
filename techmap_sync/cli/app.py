"""The program as Typer knows it: its own options, and where its commands are found."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from techmap_sync import __version__

if TYPE_CHECKING:
    from techmap_sync.config import Settings

FILES = {
    "init": "authoring",
    "new": "authoring",
    "check": "authoring",
    "show": "authoring",
    "plan": "pushing",
    "push": "pushing",
    "reconcile": "pushing",
    "status": "watching",
    "doctor": "watching",
    "ci": "continuous",
}
"""In which file of this folder each command stands; help lists them in this order."""


class CommandsOnDemand(TyperGroup):
    """Imports the file of a command when the command is asked for, so that nobody waits for the others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(FILES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; for a name that is none, all are read, so that Typer can suggest the nearest."""
        if cmd_name not in self.commands:
            for file in {FILES[cmd_name]} if cmd_name in FILES else set(FILES.values()):
                self.commands.update(get_group(import_module(f"techmap_sync.cli.{file}").app).commands)
        return self.commands.get(cmd_name)


def commands() -> typer.Typer:
    """Return what the commands of one file hang themselves on."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


app = typer.Typer(
    name="techmap-sync",
    cls=CommandsOnDemand,
    help="Turn approved technical maps into tickets and keep both in step: nothing twice, nothing lost.",
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


def settings_of(config_file: Path | None, **flags: object) -> Settings:
    """Return the settings of this run, and say which do not count in this checkout.

    :param flags: settings by name; a flag that was not given is None, or an empty list.
    """
    from techmap_sync.app.targets import remarks_of, trust_of_this_run
    from techmap_sync.config import environment, find_settings_file, load_settings

    given = {name: value for name, value in flags.items() if value not in (None, [])}
    trust = trust_of_this_run(environment())
    settings = load_settings(config_file or find_settings_file(Path.cwd()), given, trust)
    if remarks := remarks_of(settings):
        from techmap_sync.cli.console import Screen

        Screen().note(f"note: {' '.join(remarks)}")
    return settings
