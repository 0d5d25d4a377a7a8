"""``doctor``: check token, rights and tickets of a tracker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from techmap_sync.app.exit_codes import Exit
from techmap_sync.app.formats import ShowFormat
from techmap_sync.app.survey import examine
from techmap_sync.app.targets import checkout_here
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen
from techmap_sync.reports.status_report import doctor_json, doctor_text

if TYPE_CHECKING:
    from rich.console import RenderableType

EXAMPLE = "techmap-sync doctor --to github:octo/app"

FormatOption = Annotated[ShowFormat, typer.Option("--format", help="How the result is written.")]


def doctor(
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    output: FormatOption = ShowFormat.TEXT,
    no_color: options.NoColor = False,
) -> None:
    """Check token, rights and tickets of a tracker, and write nothing."""
    settings = options.settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    name, findings = examine(settings, checkout_here(settings))
    rendered: RenderableType = (doctor_json if output is ShowFormat.JSON else doctor_text)(name, findings)
    Screen(no_color=no_color).result(rendered)
    raise typer.Exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.TRACKER)
