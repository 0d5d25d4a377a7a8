"""The program as Typer knows it; each command hangs itself on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from techmap_sync import __version__

if TYPE_CHECKING:
    from techmap_sync.config import Settings

app = typer.Typer(
    name="techmap-sync",
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
    """Return the settings of this run; a flag that was not given is None."""
    from techmap_sync.config import find_settings_file, load_settings

    given = {name: value for name, value in flags.items() if value is not None}
    return load_settings(config_file or find_settings_file(Path.cwd()), given)
