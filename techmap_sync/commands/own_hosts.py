"""The user's own file: the hosts to which his tokens may go, whichever repository names them.

[hosts]
"git.example.org" = "TRACKER"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from techmap_sync import files
from techmap_sync.errors import SettingsProblem, UnreadableFile

_HINT = 'it has one table [hosts] with lines like "git.example.org" = "TRACKER"'


def own_file(variables: Mapping[str, str]) -> Path | None:
    """Return where the user's own file is; None where the system tells no place for it.

    https://specifications.freedesktop.org/basedir-spec/latest/: a path that is not absolute is to be ignored.
    """
    places = [variables.get("XDG_CONFIG_HOME", ""), variables.get("APPDATA", "")]
    places += [f"{variables['HOME']}/.config"] if variables.get("HOME") else []
    folder = next((place for place in places if place and Path(place).is_absolute()), "")
    return Path(folder, "techmap-sync", "config.toml") if folder else None


def own_hosts(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Return the hosts that the user's own file names, each with its tracker.

    A file in the repository is not the user's own, whatever the variables say.

    :raises SettingsProblem: the file says something else.
    """
    file = own_file(variables)
    if file is None or not file.is_file() or files.is_within(file, files.repository_around(Path.cwd())):
        return {}
    try:
        told = tomllib.loads(files.read(file, files.MIB, None).decode("utf-8"))
    except (UnreadableFile, ValueError) as error:
        raise SettingsProblem(str(file), str(error) or "cannot be read", _HINT) from error
    hosts = told.get("hosts", {})
    if told.keys() - {"hosts"} or not isinstance(hosts, dict) or not all(isinstance(v, str) for v in hosts.values()):
        raise SettingsProblem(str(file), "not understood", _HINT)
    return hosts
