"""``status``: show the state of the work of every map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from techmap_sync.app.formats import STDOUT, StatusFormat
from techmap_sync.app.survey import status_of
from techmap_sync.app.targets import checkout_here
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen
from techmap_sync.reports.html.status_page import status_html
from techmap_sync.reports.status_report import Document, status_json, status_markdown, status_text

if TYPE_CHECKING:
    from rich.console import RenderableType

EXAMPLE = "techmap-sync status --format html -o report.html"

FormatOption = Annotated[StatusFormat, typer.Option("--format", help="How the result is written.")]
ResultFile = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="The file to write, or - for stdout.")]

RENDERERS: Mapping[StatusFormat, Callable[[Document], RenderableType]] = {
    StatusFormat.TEXT: status_text,
    StatusFormat.JSON: status_json,
    StatusFormat.MARKDOWN: status_markdown,
    StatusFormat.HTML: status_html,
}


def status(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    form: FormatOption = StatusFormat.TEXT,
    output: ResultFile = STDOUT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Show where the work of every map is, and write nothing to the tracker."""
    screen = Screen(quiet, verbose, no_color)
    settings = options.settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    document, problem = status_of(paths or [], settings, checkout_here(settings))
    screen.write(output, RENDERERS[form](document))
    if output != STDOUT:
        screen.note(f"wrote {output}")
    if problem:
        raise typer.Exit(screen.failed(problem))
