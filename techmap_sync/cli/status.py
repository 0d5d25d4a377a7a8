"""``status``: where the work of every map is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, assert_never

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
    document = status_of(paths or [], settings, checkout_here(settings))
    screen.write(output, rendered(document, form))
    if output != STDOUT:
        screen.note(f"wrote {output}")


def rendered(document: Document, form: StatusFormat) -> RenderableType:
    """Return a document in one of the formats."""
    match form:
        case StatusFormat.TEXT:
            return status_text(document)
        case StatusFormat.JSON:
            return status_json(document)
        case StatusFormat.MARKDOWN:
            return status_markdown(document)
        case StatusFormat.HTML:
            return status_html(document)
        case _:
            assert_never(form)
