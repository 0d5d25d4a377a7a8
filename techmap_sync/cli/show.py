"""``show``: print what was understood of one map, and which ticket contains each of its lines."""

from __future__ import annotations

from typing import Annotated

import typer

from techmap_sync.app.documents_found import description_of, read_one
from techmap_sync.app.formats import ShowFormat
from techmap_sync.app.targets import checkout_here
from techmap_sync.app.without_tracker import homes_of_lines
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen
from techmap_sync.reports.map_view import show_json, show_text

EXAMPLE = "techmap-sync show docs/maps/two-factor.md"

OneMap = Annotated[str, typer.Argument(help="One map.", metavar="MAP")]
FormatOption = Annotated[ShowFormat, typer.Option("--format", help="How the result is written.")]


def show(
    path: OneMap,
    config_file: options.ConfigFile = None,
    output: FormatOption = ShowFormat.TEXT,
    no_color: options.NoColor = False,
) -> None:
    """Print what was understood of one map."""
    settings = options.settings_of(config_file)
    file = read_one(path, settings)
    understood = description_of(file, settings)
    (lines,) = homes_of_lines([file], settings, checkout_here(settings))
    screen = Screen(no_color=no_color)
    if output is ShowFormat.JSON:
        screen.result(show_json(understood, lines, file.checked_in_repository))
    else:
        screen.result(show_text(understood, lines))
