"""The lines ``next: ...``, which lead from one command to the next as far as the first ticket."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from techmap_sync.config import find_settings_file

if TYPE_CHECKING:
    from techmap_sync.app.documents_found import MapFiles
    from techmap_sync.app.results import Planned

_APPROVE = 'answer "Implementation Ready" with Yes where it is approved'
WRITE_ONE = 'techmap-sync new "Feature"'


def command(name: str, paths: Sequence[str] | None, **flags: object) -> str:
    """Return a command to type, with the paths and flags that the last one had.

    :param flags: by name, ``api_url`` for ``--api-url``; those that were not given are left out.
    """
    given = {f"--{flag.replace('_', '-')}": str(value) for flag, value in flags.items() if value is not None}
    return shlex.join(["techmap-sync", name, *(paths or ()), *(word for pair in given.items() for word in pair)])


def without_maps() -> str:
    """Return what to do where there is no map."""
    if find_settings_file(Path.cwd()):
        return WRITE_ONE
    return f"techmap-sync init, then {WRITE_ONE}; the other way round works too"


def after_check(files: MapFiles, paths: Sequence[str] | None, config: Path | None) -> str:
    """Return what to do after a check; empty where it found errors or nothing, which say enough themselves."""
    if not files.maps or files.unreadable or any(file.errors for file in files.maps):
        return ""
    plan = command("plan", paths, config=config)
    return plan if any(file.approved for file in files.maps) else f"{_APPROVE}, then {plan}"


def after_plan(planned: Planned, out: Path | None, paths: Sequence[str] | None, **flags: object) -> str:
    """Return what to do after a plan while the tracker has no ticket; empty later.

    :param out: the file that the plan was written to as well.
    """
    files, changes = planned.files, planned.change_set
    if not planned.is_first or not files.maps or any(each.refusals for each in changes.maps):
        return ""
    if changes.writes:
        return command("push", paths, plan=out, **flags)
    is_waiting = not any(file.approved or file.errors for file in files.maps)
    return f"{_APPROVE}, then {command('plan', paths, **flags)}" if is_waiting else ""
