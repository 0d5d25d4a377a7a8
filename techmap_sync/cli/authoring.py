"""Commands about maps alone: ``init``, ``new``, ``check`` and ``show``."""

from __future__ import annotations

from pathlib import Path

import typer

from techmap_sync.app.checking import CheckFormat, explanation, report
from techmap_sync.cli import options
from techmap_sync.cli.app import commands, settings_of
from techmap_sync.cli.console import Screen
from techmap_sync.cli.options import ShowFormat

app = commands()


@app.command(epilog="Example: techmap-sync init")
def init(to: options.WhereTo = None, force: options.Force = False) -> None:
    """Write settings, workflow and map template for this repository."""
    from techmap_sync.app.discovery import identities_in_tree
    from techmap_sync.app.scaffold import MAPS, beginning, kind_of, places_of_maps, write_files
    from techmap_sync.checkout import checkout_of, default_branch

    checkout = checkout_of(Path.cwd())
    there = [each.path for each in identities_in_tree(checkout.root, settings_of(None))]
    begun = beginning(checkout, default_branch(Path.cwd()), kind_of(checkout, to or ""), there)
    write_files(begun.files, checkout.root, force)
    wrote = [f"wrote {file.path.relative_to(checkout.root).as_posix()}" for file in begun.files]
    more = [place for place in places_of_maps(there) if place != MAPS]
    wrote += [f"maps there already, named in the setting maps: {', '.join(more)}"] if more else []
    following = 'next: techmap-sync new "Feature", fill it in, then techmap-sync check'
    Screen().result("\n".join([*wrote, *filter(None, [begun.remark]), following]))


@app.command(epilog='Example: techmap-sync new "Two-Factor Login"')
def new(name: options.Feature, output: options.Output = None, config_file: options.ConfigFile = None) -> None:
    """Write a map from the blank template, the team's own where it has one, with date and author filled in."""
    import shlex
    from datetime import datetime

    from techmap_sync.app.scaffold import new_map, template_of_the_team
    from techmap_sync.checkout import user_name

    settings = settings_of(config_file)
    path = new_map(name, output, datetime.now().astimezone().date(), user_name(Path.cwd()), settings)
    own = template_of_the_team(settings)
    begun = f"wrote {path}, from {own}" if own else f"wrote {path}"
    Screen().result(f"{begun}\nnext: fill it in, then techmap-sync check {shlex.quote(str(path))}")


@app.command(epilog="Example: techmap-sync check docs/maps")
def check(
    paths: options.Paths = None,
    explain: options.Explain = None,
    config_file: options.ConfigFile = None,
    output: options.CheckFormatOption = CheckFormat.TEXT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    require_approved: options.RequireApproved = False,
    shard: options.ShardOption = None,
    jobs: options.Jobs = None,
) -> None:
    """Read maps and say what is wrong with them."""
    screen = Screen(quiet, verbose, no_color)
    if explain is not None:
        screen.result(explanation(explain))
        return
    from techmap_sync.app.documents_found import read_maps
    from techmap_sync.app.parallel import shard_of
    from techmap_sync.config import environment

    part = shard_of(shard, environment())
    files = read_maps(paths or [], settings_of(config_file, jobs=jobs), part)
    screen.shared(part, files)
    screen.result(report(files, output))
    screen.passed_over(files)
    raise typer.Exit(screen.ended(files, [], require_approved))


@app.command(epilog="Example: techmap-sync show docs/maps/two-factor.md")
def show(
    path: options.OneMap,
    config_file: options.ConfigFile = None,
    output: options.ShowFormatOption = ShowFormat.TEXT,
    no_color: options.NoColor = False,
) -> None:
    """Print what was understood of one map."""
    from techmap_sync.app.checking import read_one
    from techmap_sync.reports import map_view as show_json
    from techmap_sync.reports import map_view as show_text

    file = read_one(path, settings_of(config_file))
    understood, map_id = file.technical_map, file.outline.map_id
    screen = Screen(no_color=no_color)
    if output is ShowFormat.JSON:
        screen.result(show_json.show_json(understood, map_id, file.checked_in_repository))
    else:
        screen.result(show_text.show_text(understood, map_id))
