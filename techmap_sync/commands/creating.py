"""``new``: a map from the blank template, the team's own where it has one."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from techmap_sync import files
from techmap_sync.config import Settings, shipped
from techmap_sync.errors import UnreadableFile, UsageProblem
from techmap_sync.planning.keys import slug

TEMPLATE = "technical-map.md"
BLANK = "TEMPLATE.md"
"""What ``init`` calls it beside the maps, where a team makes it its own."""


def new_map(name: str, output: Path | None, today: date, author: str, settings: Settings) -> Path:
    """Write a map for a feature and return its path.

    :param output: the file; by default it is named after the feature, in the first folder of the setting ``maps``.
    :param author: who writes it; when empty, the template's own words stay.
    :raises UsageProblem: the name is empty, the template cannot be read, the file exists or cannot be written.
    """
    title = " ".join(name.split())
    if not title:
        raise UsageProblem("a map needs a name", 'techmap-sync new "Two-Factor Login"')
    path = output or _folder(settings) / f"{slug(title)}.md"
    _write(path, _filled_in(_template(settings), title, today, author))
    return path


def template_of_the_team(settings: Settings) -> Path | None:
    """Return the template beside the maps, None where there is none; that it is no map is said by ``exclude``."""
    path = _folder(settings) / BLANK
    is_excluded = any(Path(pattern).name == BLANK for pattern in settings.exclude)
    return path if is_excluded and os.path.lexists(path) else None


def _template(settings: Settings) -> str:
    path = template_of_the_team(settings)
    if path is None:
        return shipped(TEMPLATE).read_text(encoding="utf-8")
    try:
        return files.read(path, files.MIB, files.border_of(path)).decode()
    except (UnreadableFile, UnicodeDecodeError) as error:
        what = error.what if isinstance(error, UnreadableFile) else "is not valid UTF-8"
        raise UsageProblem(f"the template {path} {what}", "repair it, or remove it") from error


def _filled_in(text: str, title: str, today: date, author: str) -> str:
    values = {"[Feature Name]": title, "[YYYY-MM-DD]": today.isoformat(), "[Your Name]": " ".join(author.split())}
    for placeholder, value in values.items():
        text = text.replace(placeholder, value or placeholder, 1)
    return text


def _folder(settings: Settings) -> Path:
    return next((Path(path) for path in settings.maps if Path(path).is_dir()), Path())


def _write(path: Path, text: str) -> None:
    border = files.border_of(path)
    if border and not files.is_within(path, border):
        raise UsageProblem(f"{path} leads out of the repository", "name another file with --output")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        what = f"{path} exists already" if path.exists() else f"cannot write {path}: {error.strerror}"
        raise UsageProblem(what, "name another file with --output") from error
