"""``init``: settings, workflow and map template for a repository, as far as its remote tells what they have to say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from techmap_sync import __version__
from techmap_sync.checkout import Checkout, commit_of_tag
from techmap_sync.commands.creating import TEMPLATE
from techmap_sync.commands.targets import DEFAULT_FOLDER, EMBEDDED
from techmap_sync.config import FILE_NAME, environment, shipped
from techmap_sync.errors import UsageProblem

MAPS = "docs/maps"
BLANK = "TEMPLATE.md"
WORKFLOW = ".github/workflows/techmap-sync.yml"
PIPELINE = ".gitlab-ci.yml"
ACTION = "https://github.com/techmap-sync/techmap-sync"
TAG = f"v{__version__}"
HOW_TO_PIN = f"to pin the commit: git ls-remote {ACTION} {TAG}"
_SHARED = "gitlab.com"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that ``init`` would have."""

    path: Path
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether something else stands there."""
        return self.path.exists() and (not self.path.is_file() or self.path.read_bytes() != self.text.encode())


def first_files(checkout: Checkout, branch: str) -> tuple[NewFile, ...]:
    """Return the files that a repository needs.

    :param branch: its default branch.
    """
    return tuple(NewFile(checkout.root / path, text) for path, text in _texts(checkout, branch))


def remarks(files: Sequence[NewFile]) -> Iterator[str]:
    """Say what is left to do by hand."""
    if any(HOW_TO_PIN in file.text for file in files):
        yield f"{WORKFLOW} names the tag {TAG}, because its commit could not be found out; {HOW_TO_PIN}"


def write_files(files: Sequence[NewFile], force: bool) -> None:
    """Write files; those that exist are overwritten only by force, and without it nothing is written.

    :raises UsageProblem: a file exists with another text, or cannot be written.
    """
    taken = [file.path.name for file in files if file.is_taken]
    if taken and not force:
        hint = "init --force overwrites; or keep yours, and move it aside to see what init would write"
        raise UsageProblem(f"would overwrite {', '.join(taken)}; nothing was written", hint)
    for file in files:
        try:
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.write_text(file.text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageProblem(f"cannot write {file.path}: {error.strerror}", "check its permissions") from error


def _texts(checkout: Checkout, branch: str) -> Iterator[tuple[str, str]]:
    kind = checkout.remote.kind if checkout.remote else ""
    to = kind or f"{EMBEDDED}:{DEFAULT_FOLDER}"
    yield FILE_NAME, f'maps = ["{MAPS}"]\nexclude = ["{BLANK}"]\nto = "{to}"\n'
    yield f"{MAPS}/{BLANK}", shipped(TEMPLATE).read_text(encoding="utf-8")
    if kind == "github":
        commit = commit_of_tag(ACTION, TAG, environment())
        pin = f"{commit} # {TAG}" if commit else f"{TAG} # {HOW_TO_PIN}"
        yield WORKFLOW, _filled("github-workflow.yml", checkout, branch).replace("@PIN@", pin)
    elif kind == "gitlab":
        shared = checkout.remote is not None and checkout.remote.host == _SHARED
        yield PIPELINE, _filled("gitlab-include.yml" if shared else "gitlab-ci.yml", checkout, branch)


def _filled(name: str, checkout: Checkout, branch: str) -> str:
    """Fill in a shipped file; a JSON string is a YAML string, whatever a branch is called."""
    repository = checkout.remote.canonical if checkout.remote else ""
    minute = int.from_bytes(hashlib.sha256(repository.encode()).digest()[:4]) % 60
    values = {"@BRANCH@": json.dumps(branch), "@MINUTE@": str(minute), "@VERSION@": __version__}
    text = shipped(name).read_text(encoding="utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
