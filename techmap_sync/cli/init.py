"""``init``: write settings, workflow and map template for a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from techmap_sync.app.discovery import identities_in_tree
from techmap_sync.app.scaffold import MAPS, beginning, kind_of, places_of_maps, write_files
from techmap_sync.app.specs_found import said_of, specs_left_out
from techmap_sync.checkout import checkout_of, default_branch
from techmap_sync.cli import options
from techmap_sync.cli.console import Screen
from techmap_sync.registry import built_in

EXAMPLE = "techmap-sync init"

Where = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar=f"[{'|'.join(built_in())}]",
        help="Where the tickets go. Default: where the repository was cloned from.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]


def init(to: Where = None, force: Force = False) -> None:
    """Write settings, workflow and map template for this repository."""
    checkout = checkout_of(Path.cwd())
    settings = options.settings_of(None)
    there = [each.path for each in identities_in_tree(checkout.root, settings) if not each.is_unit]
    begun = beginning(checkout, default_branch(Path.cwd()), kind_of(checkout, to or ""), there)
    write_files(begun.files, checkout.root, force)
    wrote = [f"wrote {file.path.relative_to(checkout.root).as_posix()}" for file in begun.files]
    more = [place for place in places_of_maps(there) if place != MAPS]
    wrote += [f"maps there already, named in the setting maps: {', '.join(more)}"] if more else []
    if more_specs := said_of(specs_left_out(checkout.root, settings), settings):
        wrote.append(more_specs)
    following = 'next: techmap-sync new "Feature", fill it in, then techmap-sync check'
    Screen().result("\n".join([*wrote, *filter(None, [begun.remark]), following]))
