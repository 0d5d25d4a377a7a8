"""Commands that only look at a tracker: ``doctor``."""

from __future__ import annotations

from pathlib import Path

import typer

from techmap_sync.checkout import checkout_of
from techmap_sync.cli import options
from techmap_sync.cli.app import app, settings_of
from techmap_sync.cli.screen import Screen
from techmap_sync.commands.exit_codes import Exit


@app.command(epilog="Example: techmap-sync doctor --to github:octo/app")
def doctor(
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    no_color: options.NoColor = False,
) -> None:
    """Look at token, rights and tickets of a tracker, and write nothing."""
    from techmap_sync.commands.examining import examine
    from techmap_sync.reports.doctor_text import doctor_text

    name, findings = examine(settings_of(config_file, to=to, api_url=api_url), checkout_of(Path.cwd()))
    Screen(no_color=no_color).result(doctor_text(name, findings))
    raise typer.Exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.TRACKER)
