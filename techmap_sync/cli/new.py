"""``new``: write a map from the blank template."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from techmap_sync.app.scaffold import new_map, template_of_the_team
from techmap_sync.checkout import user_name
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen

EXAMPLE = 'techmap-sync new "Two-Factor Login"'

Feature = Annotated[str, typer.Argument(help="What the map is about.", metavar="NAME")]
Output = Annotated[Path | None, typer.Option("--output", help="The file to write. Default: named after the feature.")]


def new(name: Feature, output: Output = None, config_file: options.ConfigFile = None) -> None:
    """Write a map from the blank template, the team's own if there is one, with date and author filled in."""
    settings = options.settings_of(config_file)
    path = new_map(name, output, datetime.now().astimezone().date(), user_name(Path.cwd()), settings)
    own = template_of_the_team(settings)
    begun = f"wrote {path}, from {own}" if own else f"wrote {path}"
    Screen().result(f"{begun}\nnext: fill it in, then techmap-sync check {shlex.quote(str(path))}")
