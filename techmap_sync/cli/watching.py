"""Commands that only look: ``status`` and ``doctor``."""

from __future__ import annotations

import typer

from techmap_sync.app.formats import SCREEN, Exit, StatusFormat
from techmap_sync.cli import options
from techmap_sync.cli.app import commands, settings_of
from techmap_sync.cli.console import Screen

app = commands()


@app.command(epilog="Example: techmap-sync status --format html -o report.html")
def status(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    form: options.StatusFormatOption = StatusFormat.TEXT,
    output: options.ResultFile = SCREEN,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Show where the work of every map stands, and write nothing to the tracker."""
    from techmap_sync.app.status import status_in, status_of
    from techmap_sync.app.targets import checkout_here

    screen = Screen(quiet, verbose, no_color)
    settings = settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    document = status_of(paths or [], settings, checkout_here(settings))
    screen.write(output, status_in(document, form))
    if output != SCREEN:
        screen.note(f"wrote {output}")


@app.command(epilog="Example: techmap-sync doctor --to github:octo/app")
def doctor(
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    no_color: options.NoColor = False,
) -> None:
    """Look at token, rights and tickets of a tracker, and write nothing."""
    from techmap_sync.app.status import examine
    from techmap_sync.app.targets import checkout_here
    from techmap_sync.reports.status_report import doctor_text

    settings = settings_of(config_file, to=to, api_url=api_url, adopted=adopted)
    name, findings = examine(settings, checkout_here(settings))
    Screen(no_color=no_color).result(doctor_text(name, findings))
    raise typer.Exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.TRACKER)
