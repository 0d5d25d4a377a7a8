"""``init``: write settings, workflow and map template for a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from techmap_sync.app.discovery import identities_in_tree
from techmap_sync.app.scaffold import (
    MAPS,
    authoring_guide,
    beginning,
    kind_of,
    places_of_maps,
    write_files,
    write_guide,
)
from techmap_sync.app.specs_found import said_of, specs_left_out
from techmap_sync.checkout import checkout_of, default_branch
from techmap_sync.cli import options
from techmap_sync.cli.console import WRITE_ONE, Screen
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

Assistant = Annotated[
    bool,
    typer.Option(
        "--assistant",
        help="Only write AUTHORING.md next to the maps: how people and coding assistants fill in a map. "
        "Example: techmap-sync init --assistant",
    ),
]


def init(to: Where = None, force: Force = False, assistant: Assistant = False) -> None:
    """Write settings, workflow and map template for this repository."""
    checkout = checkout_of(Path.cwd())
    if assistant:
        _write_guide(checkout.root)
        return
    settings = options.settings_of(None)
    there = [each.path for each in identities_in_tree(checkout.root, settings) if not each.is_unit]
    begun = beginning(checkout, default_branch(Path.cwd()), kind_of(checkout, to or ""), there)
    write_files(begun.files, checkout.root, force)
    wrote = [f"wrote {file.path.relative_to(checkout.root).as_posix()}" for file in begun.files]
    more = [place for place in places_of_maps(there) if place != MAPS]
    wrote += [f"maps there already, named in the setting maps: {', '.join(more)}"] if more else []
    if more_specs := said_of(specs_left_out(checkout.root, settings), settings):
        wrote.append(more_specs)
    following = "next: techmap-sync check" if there else f"next: {WRITE_ONE}, fill it in, then techmap-sync check"
    Screen().result("\n".join([*wrote, *filter(None, [begun.remark]), following]))


def _write_guide(root: Path) -> None:
    """Write the page about writing maps; nothing else is touched, so it does not matter whether ``init`` ran before."""
    guide = authoring_guide(root, options.settings_of(None))
    name = guide.path.relative_to(root).as_posix()
    done = f"wrote {name}" if write_guide(guide, root) else f"{name} is up to date"
    following = (
        f"next: name it where your coding assistant reads, such as AGENTS.md: Read {name} before you write a map."
    )
    Screen().result(f"{done}\n{following}")
