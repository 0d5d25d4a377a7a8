"""Options that several commands share, and how they become settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from techmap_sync.app.formats import Format
from techmap_sync.cli.console import Screen
from techmap_sync.config import find_settings_file, load_settings, remarks_of
from techmap_sync.patterns import lazy
from techmap_sync.programs import environment
from techmap_sync.registry import built_in
from techmap_sync.settings import Settings
from techmap_sync.trust import trust_of_this_run

_BETWEEN = lazy(r"[\s,]+")
_TARGETS = ", ".join(sorted(kind.way_to_write_it for kind in built_in().values()))

Paths = Annotated[list[str] | None, typer.Argument(help="Maps, folders or globs. Default: the setting `maps`.")]
To = Annotated[str | None, typer.Option(help=f"Tracker and target: {_TARGETS}.")]
ApiUrl = Annotated[str | None, typer.Option(help="Address of the tracker's API, for a self-hosted server.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings file. Default: the nearest techmap-sync.toml.")
]
Adopted = Annotated[
    list[str] | None,
    typer.Option(
        "--adopted", metavar="NUMBER", help="Trust these tickets, regardless of their author; replaces the setting."
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is written.")]
Reports = Annotated[
    list[str] | None,
    typer.Option("--report", metavar="FORMAT=FILE", help="Also write the result to a file, or to - for stdout."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only results and errors.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Also list links and skipped files.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour, as under NO_COLOR.")]
RequireApproved = Annotated[bool, typer.Option("--require-approved", help="Exit 1 when a map is not approved yet.")]
Yes = Annotated[
    bool, typer.Option("-y", "--yes", help="Do not ask on a terminal before a server gets its first tickets.")
]
MaxWrites = Annotated[int | None, typer.Option(min=1, help="Stop after so many changes; the next run continues.")]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard", metavar="I/N", help="The I-th of N runs that share the maps. Default: CI_NODE_INDEX/CI_NODE_TOTAL."
    ),
]
Resolve = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SIDE KEY",
        help="Resolve the conflicts of one ticket: map KEY or tracker KEY. May be repeated.",
    ),
]
Recreate = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY", help="Recreate a deleted or released ticket. May be repeated."),
]
Rebind = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=NUMBER",
        help="Bind a task to the ticket whose text people replaced; their text is kept below. May be repeated.",
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        help="Lift guards: creates, updates, retitles, closes, older, gone, branch, exists, regenerated, uncommitted."
    ),
]
Refresh = Annotated[bool, typer.Option("--refresh", help="Also write what only templates changed.")]
AcceptSettings = Annotated[
    bool,
    typer.Option("--accept-settings", help="Also close tickets whose tasks disappeared only because settings changed."),
]


def settings_of(config_file: Path | None, **flags: object) -> Settings:
    """Return the settings of this run, and say which ones are ignored in this checkout.

    One value of ``--adopted`` may name several tickets, as the input of a CI job does.

    :param flags: settings by name; a flag that was not given is None, or an empty list.
    """
    given = {name: value for name, value in flags.items() if value not in (None, [])}
    if isinstance(numbers := given.get("adopted"), list):
        given["adopted"] = [number for text in numbers for number in _BETWEEN.split(text.strip(" ,"))]
    trust = trust_of_this_run(environment())
    settings = load_settings(config_file or find_settings_file(Path.cwd()), given, trust)
    if remarks := remarks_of(settings):
        Screen().note(f"note: {' '.join(remarks)}")
    return settings
