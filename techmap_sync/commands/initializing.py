"""``init``: settings, workflow and map template for a repository, as far as its remote tells what they have to say."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from techmap_sync import __version__, files
from techmap_sync.checkout import Checkout, commit_of_tag
from techmap_sync.commands.creating import BLANK, TEMPLATE
from techmap_sync.commands.pipelines import PIPELINE, pipeline_files
from techmap_sync.commands.targets import DEFAULT_FOLDER, EMBEDDED
from techmap_sync.commands.vendors import VENDORS
from techmap_sync.config import FILE_NAME, environment, shipped
from techmap_sync.errors import UnreadableFile, UsageProblem

MAPS = "docs/maps"
WORKFLOW = ".github/workflows/techmap-sync.yml"
ACTION = "https://github.com/techmap-sync/techmap-sync"
TAG = f"v{__version__}"
HOW_TO_PIN = f"to pin the commit: git ls-remote {ACTION} {TAG}"
_SHARED = "gitlab.com"
# https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
_QUEUED = {"@QUEUED@": " All that wait get their turn.", "@QUEUE@": "\n  queue: max"}
_REPLACED = {"@QUEUED@": " Of those that wait the newest alone remains, and pushes for all.", "@QUEUE@": ""}
_NOTHING: Mapping[str, str] = {}
_OWN_GITLAB = "gitlab."
"""How GitLab's documents call a server of one's own. A guess, good enough for files that somebody reads before they are
committed; elsewhere a host is what settings, a flag or the CI say."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that ``init`` would have."""

    path: Path
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether something else is there."""
        return os.path.lexists(self.path) and (not self.path.is_file() or self.path.read_bytes() != self.text.encode())


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a repository needs."""

    files: tuple[NewFile, ...]
    remark: str
    """What is left to do by hand."""


def beginning(checkout: Checkout, branch: str, kind: str, there: Sequence[str] = ()) -> Beginning:
    """Return what a repository needs.

    :param branch: its default branch.
    :param kind: the tracker of its tickets, as ``kind_of`` tells it.
    :param there: paths of the maps that the repository holds already, from its root.
    """
    settings = _settings(checkout, kind, places_of_maps(there))
    texts = {FILE_NAME: settings, f"{MAPS}/{BLANK}": shipped(TEMPLATE).read_text(encoding="utf-8")}
    more, remark = _automation(checkout, branch, kind)
    return Beginning(tuple(NewFile(checkout.root / path, text) for path, text in (texts | more).items()), remark)


def places_of_maps(there: Iterable[str]) -> tuple[str, ...]:
    """Return the setting ``maps``: the usual folder, and where there are maps already.

    A map at the root is named itself, since the folder it is in holds everything.

    :param there: paths of maps from the root.
    """
    paths = [PurePosixPath(path) for path in there]
    folders = {str(path if path.parent == PurePosixPath() else path.parent) for path in paths}
    usual = PurePosixPath(MAPS)
    return (MAPS, *sorted(place for place in folders if not PurePosixPath(place).is_relative_to(usual)))


def kind_of(checkout: Checkout, to: str) -> str:
    """Return the tracker of a repository: ``github``, ``gitlab``, or empty for a folder.

    :param to: what somebody said, empty when nobody did.
    :raises UsageProblem: the remote does not tell, or contradicts.
    """
    if to == EMBEDDED or (checkout.remote is None and not to):
        return ""
    if checkout.remote is None:
        raise UsageProblem(f"--to {to}: this folder has no remote", "git remote add origin ADDRESS, then init again")
    known, host = checkout.remote.kind, checkout.remote.host
    likely = known or _guess(host)
    if known and to not in ("", known):
        hint = f"init --to {known}, then set `to` in {FILE_NAME} to where the tickets go"
        raise UsageProblem(f"--to {to}: the remote is on {host}", hint)
    if not likely and not to:
        choices = "".join(f"\n  init --to {kind}" for kind in ("github", "gitlab", EMBEDDED))
        raise UsageProblem(f"cannot tell from the host {host} whether it is GitHub or GitLab", f"say which:{choices}")
    return known or to or likely


def _guess(host: str) -> str:
    return "gitlab" if host.startswith(_OWN_GITLAB) else ""


def write_files(wanted: Sequence[NewFile], root: Path, force: bool) -> None:
    """Write files; those that exist are overwritten only by force, and without it nothing is written.

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


def _settings(checkout: Checkout, kind: str, places: Sequence[str]) -> str:
    maps = f'maps = {json.dumps(places, ensure_ascii=False)}\nexclude = ["{BLANK}"]\n'
    remote = checkout.remote
    if not kind or remote is None:
        return f'{maps}to = "{EMBEDDED}:{DEFAULT_FOLDER}"\n'
    if kind in (remote.kind, _guess(remote.host)):
        return f'{maps}to = "{kind}"\n'
    to, api_url = json.dumps(f"{kind}:{remote.path}"), json.dumps(VENDORS[kind].api_of(remote.host))
    return f"{maps}to = {to}\napi_url = {api_url}\n"


def _automation(checkout: Checkout, branch: str, kind: str) -> tuple[dict[str, str], str]:
    """Return the files that a CI needs by their paths, and what is to be said about them."""
    match kind:
        case "github":
            commit = commit_of_tag(ACTION, TAG, environment())
            pin = f"{commit} # {TAG}" if commit else f"{TAG} # {HOW_TO_PIN}"
            queued = _QUEUED if checkout.remote is not None and checkout.remote.host == "github.com" else _REPLACED
            workflow = _filled("github-workflow.yml", checkout, branch, {"@PIN@": pin, **queued})
            remark = f"{WORKFLOW} names the tag {TAG}, because its commit could not be found out; {HOW_TO_PIN}"
            return {WORKFLOW: workflow}, "" if commit else remark
        case "gitlab":
            shared = checkout.remote is not None and checkout.remote.host == _SHARED
            own = _filled("gitlab-include.yml" if shared else "gitlab-ci.yml", checkout, branch)
            path = checkout.root / PIPELINE
            return pipeline_files(_existing(path, checkout.root), own)
        case _:
            return {}, ""


def _existing(path: Path, root: Path) -> str:
    """Return a file of the repository, empty when there is none."""
    if not os.path.lexists(path):
        return ""
    try:
        return files.read(path, files.MIB, root).decode(errors="replace")
    except UnreadableFile as problem:
        raise UsageProblem(f"{path.name} {problem.what}", problem.hint) from problem


def _filled(name: str, checkout: Checkout, branch: str, more: Mapping[str, str] = _NOTHING) -> str:
    """Fill in a shipped file; a JSON string is a YAML string, whatever a branch is called."""
    repository = checkout.remote.canonical if checkout.remote else ""
    minute = int.from_bytes(hashlib.sha256(repository.encode()).digest()[:4]) % 60
    values = {"@BRANCH@": json.dumps(branch), "@MINUTE@": str(minute), "@VERSION@": __version__, **more}
    text = shipped(name).read_text(encoding="utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
