"""Files for a start: settings, workflow and map template for a repository, and new maps."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from techmap_sync import __version__, files
from techmap_sync.checkout import Checkout, commit_of_tag
from techmap_sync.config import FILE_NAME, shipped
from techmap_sync.errors import UnreadableFile, UsageProblem
from techmap_sync.planning.rules import EVERY_RULE
from techmap_sync.programs import environment
from techmap_sync.registry import Start, TrackerKind, built_in, embedded, kind_named, on_servers
from techmap_sync.reports.authoring_page import authoring_page
from techmap_sync.settings import Settings
from techmap_sync.text_forms import slug

TEMPLATE = "technical-map.md"
BLANK = "TEMPLATE.md"
"""Its name next to the maps, where a team may change it."""
GUIDE = "AUTHORING.md"
EXAMPLE_MAP = "authoring-example.md"


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
    """Return the team's template next to the maps, or None; it counts only when ``exclude`` names it."""
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


MAPS = "docs/maps"
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that ``init`` writes."""

    path: Path
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether another file is in its place."""
        return os.path.lexists(self.path) and (not self.path.is_file() or self.path.read_bytes() != self.text.encode())


@dataclass(frozen=True, slots=True)
class Beginning:
    """The files that a repository needs."""

    files: tuple[NewFile, ...]
    remark: str
    """What is left to do by hand."""


def beginning(checkout: Checkout, branch: str, kind: TrackerKind, there: Sequence[str] = ()) -> Beginning:
    """Return the files that a repository needs.

    :param branch: its default branch.
    :param kind: the tracker of its tickets, from ``kind_of``.
    :param there: paths of the maps that the repository holds already, from its root.
    """
    settings = _settings(checkout, kind, places_of_maps(there))
    texts = {FILE_NAME: settings, f"{MAPS}/{BLANK}": shipped(TEMPLATE).read_text(encoding="utf-8")}
    more, remark = kind.started(_start(checkout, branch))
    return Beginning(tuple(NewFile(checkout.root / path, text) for path, text in (texts | more).items()), remark)


def authoring_guide(root: Path, settings: Settings) -> NewFile:
    """Return the page that tells people and coding assistants how to fill in a map.

    It is written next to the maps: in the first folder of the setting ``maps``, else in the usual one.

    :param root: the repository.
    """
    folder = next(filter(_is_folder_name, settings.maps), MAPS)
    example = shipped(EXAMPLE_MAP).read_text(encoding="utf-8")
    return NewFile(root / folder / GUIDE, authoring_page(example, EVERY_RULE, settings.vocabulary))


def _is_folder_name(place: str) -> bool:
    """Whether an entry of the setting ``maps`` names a folder of its own, rather than files or the whole repository."""
    path = PurePosixPath(place)
    return path != PurePosixPath() and not path.suffix and not set(place) & set("*?[")


def write_guide(guide: NewFile, root: Path) -> bool:
    """Write the guide unless it is there already; return whether anything was written.

    :raises UsageProblem: there is a file with another text, which may be someone's work; it leads out of the
        repository, or cannot be written.
    """
    if guide.is_taken:
        name = guide.path.relative_to(root).as_posix()
        hint = "keep it; or move it aside, and run init --assistant again to compare"
        raise UsageProblem(f"{name} was changed, and is never overwritten", hint)
    is_new = not os.path.lexists(guide.path)
    write_files([guide], root, force=False)
    return is_new


def places_of_maps(there: Iterable[str]) -> tuple[str, ...]:
    """Return the setting ``maps``: the usual folder, and the places of existing maps.

    A map at the root is named itself, because its folder contains everything.

    :param there: paths of maps from the root.
    """
    paths = [PurePosixPath(path) for path in there]
    folders = {str(path if path.parent == PurePosixPath() else path.parent) for path in paths}
    usual = PurePosixPath(MAPS)
    return (MAPS, *sorted(place for place in folders if not PurePosixPath(place).is_relative_to(usual)))


def kind_of(checkout: Checkout, to: str) -> TrackerKind:
    """Return the tracker of a repository.

    :param to: the flag, empty when it was not given.
    :raises UsageProblem: the remote does not say, or contradicts the flag.
    """
    said = kind_named(to) if to else None
    if (said is not None and said.is_embedded) or (checkout.remote is None and said is None):
        return said or embedded()
    if checkout.remote is None:
        raise UsageProblem(f"--to {to}: this folder has no remote", "git remote add origin ADDRESS, then init again")
    known, host = checkout.remote.kind, checkout.remote.host
    if known and to not in ("", known):
        hint = f"init --to {known}, then set `to` in {FILE_NAME} to where the tickets go"
        raise UsageProblem(f"--to {to}: the remote is on {host}", hint)
    likely = known or to or _guess(host)
    if not likely:
        titles = " or ".join(kind.title for kind in built_in().values() if not kind.is_embedded)
        choices = "".join(f"\n  init --to {name}" for name in built_in())
        raise UsageProblem(f"cannot tell from the host {host} whether it is {titles}", f"say which:{choices}")
    return kind_named(likely)


def _guess(host: str) -> str:
    """Return what a self-hosted server probably is, by the usual beginning of its name."""
    for kind in on_servers():
        prefix = kind.servers.own_host_prefix if kind.servers else ""
        if prefix and host.startswith(prefix):
            return kind.name
    return ""


def write_files(wanted: Sequence[NewFile], root: Path, force: bool) -> None:
    """Write files. If any of them exists with another text, nothing is written, unless forced.

    :param root: the repository; nothing is written outside of it through a link.
    :raises UsageProblem: a file exists with another text, leads out of the repository, or cannot be written.
    """
    outside = [file.path.name for file in wanted if not files.is_within(file.path, root)]
    if outside:
        what = f"{', '.join(outside)}: a link leads out of the repository; nothing was written"
        raise UsageProblem(what, "remove the link, and run init again")
    taken = [file.path.name for file in wanted if file.is_taken]
    if taken and not force:
        hint = "init --force overwrites; or keep yours, and move it aside to see what init would write"
        raise UsageProblem(f"would overwrite {', '.join(taken)}; nothing was written", hint)
    for file in wanted:
        try:
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.write_text(file.text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageProblem(f"cannot write {file.path}: {error.strerror}", "check its permissions") from error


def _settings(checkout: Checkout, kind: TrackerKind, places: Sequence[str]) -> str:
    maps = f'maps = {json.dumps(places, ensure_ascii=False)}\nexclude = ["{BLANK}"]\n'
    remote = checkout.remote
    if kind.servers is None or remote is None:
        return f'{maps}to = "{kind.name}:{kind.default_target}"\n'
    if kind.name in (remote.kind, _guess(remote.host)):
        return f'{maps}to = "{kind.name}"\n'
    to, api_url = json.dumps(f"{kind.name}:{remote.path}"), json.dumps(kind.servers.api_of(remote.host))
    return f"{maps}to = {to}\napi_url = {api_url}\n"


def _start(checkout: Checkout, branch: str) -> Start:
    """Return what a tracker needs to write the files for its CI."""

    def fill(name: str, more: Mapping[str, str] = _NOTHING) -> str:
        """Fill in a shipped file for this checkout."""
        return _filled(name, checkout, branch, more)

    host = checkout.remote.host if checkout.remote else ""
    return Start(checkout.root, host, fill, lambda address, tag: commit_of_tag(address, tag, environment()))


def _filled(name: str, checkout: Checkout, branch: str, more: Mapping[str, str] = _NOTHING) -> str:
    """Fill in a shipped file; a JSON string is a YAML string, whatever a branch is called."""
    repository = checkout.remote.canonical if checkout.remote else ""
    minute = int.from_bytes(hashlib.sha256(repository.encode()).digest()[:4]) % 60
    values = {"@BRANCH@": json.dumps(branch), "@MINUTE@": str(minute), "@VERSION@": __version__, **more}
    text = shipped(name).read_text(encoding="utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
