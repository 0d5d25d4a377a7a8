"""``new``: a map from the blank template."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from techmap_sync.config import Settings, shipped
from techmap_sync.errors import UsageProblem
from techmap_sync.planning.keys import slug

TEMPLATE = "technical-map.md"


def new_map(name: str, output: Path | None, today: date, author: str, settings: Settings) -> Path:
    """Write a map for a feature and return its path.

    :param output: the file; by default it is named after the feature, in the first folder of the setting ``maps``.
    :param author: who writes it; when empty, the template's own words stay.
    :raises UsageProblem: the name is empty, the file exists, or it cannot be written.
    """
    title = " ".join(name.split())
    if not title:
        raise UsageProblem("a map needs a name", 'techmap-sync new "Two-Factor Login"')
    path = output or _folder(settings) / f"{slug(title)}.md"
    _write(path, _filled_in(title, today, author))
    return path


def _filled_in(title: str, today: date, author: str) -> str:
    text = shipped(TEMPLATE).read_text(encoding="utf-8")
    values = {"[Feature Name]": title, "[YYYY-MM-DD]": today.isoformat(), "[Your Name]": " ".join(author.split())}
    for placeholder, value in values.items():
        text = text.replace(placeholder, value or placeholder, 1)
    return text


def _folder(settings: Settings) -> Path:
    return next((Path(path) for path in settings.maps if Path(path).is_dir()), Path())


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        what = f"{path} exists already" if path.exists() else f"cannot write {path}: {error.strerror}"
        raise UsageProblem(what, "name another file with --output") from error
