"""``show``: one map as it was understood."""

from __future__ import annotations

from techmap_sync.commands.maps import MapFile, read_maps
from techmap_sync.config import Settings
from techmap_sync.errors import UsageProblem


def read_one(path: str, settings: Settings) -> MapFile:
    """Read one map.

    :raises UsageProblem: the path stands for no map or for several.
    :raises UnreadableMap: the file is no map.
    """
    files = read_maps([path], settings)
    for problem in files.unreadable:
        raise problem
    if len(files.maps) != 1:
        raise UsageProblem(f"{path} holds {len(files.maps)} maps", "show takes the path of one map")
    return files.maps[0]
