"""The CODEOWNERS file of a checkout: found, read and asked, where the setting ``assignees`` says so."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from techmap_sync import files
from techmap_sync.checkout import Checkout
from techmap_sync.errors import UnreadableFile
from techmap_sync.ownership import Owners, Ownership
from techmap_sync.registry import OwnersFile, built_in, find_kind
from techmap_sync.settings import Settings
from techmap_sync.text_forms import composed

LARGEST = 3 * files.MIB
"""https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-file-size"""


@dataclass(frozen=True, slots=True)
class OwnersFound:
    """What a checkout says about the owners of its files."""

    ownership: Ownership | None = None
    """None where nobody asks, or nothing can be read: then no one is assigned, and nobody loses a ticket."""
    remark: str = ""
    """Why nothing is known although the settings ask."""


def owners_in(checkout: Checkout, settings: Settings, tracker: str) -> OwnersFound:
    """Return the owners that a checkout names.

    :param tracker: name of its kind. Accounts of another server are not assigned, only named.
    """
    if settings.assignees != "codeowners":
        return OwnersFound()
    own = checkout.remote.kind if checkout.remote else ""
    asks = 'assignees = "codeowners"'
    for file, path in _candidates(checkout.root, own or tracker):
        try:
            text = files.read(checkout.root / path, LARGEST, files.repository_around(checkout.root))
        except UnreadableFile as problem:
            return OwnersFound(remark=f"{asks}: {path} {problem.what}: no one is assigned; {problem.hint}")
        said = file.ownership(composed(text.decode("utf-8", "replace").removeprefix("\N{BYTE ORDER MARK}")))
        return OwnersFound(_InCheckout(checkout.root, said, _shares_accounts(own, tracker)))
    return OwnersFound(remark=f"{asks}: the repository has no CODEOWNERS: no one is assigned; add one, or name people")


def remarks_on(found: Iterable[OwnersFound]) -> tuple[str, ...]:
    """Return what is to be said about owners, once each."""
    return tuple(dict.fromkeys(each.remark for each in found if each.remark))


def _candidates(root: Path, kind: str) -> Iterator[tuple[OwnersFile, str]]:
    """Yield the places of the file that exist, as its server looks for it; of all servers where that is unknown."""
    known = find_kind(kind) if kind else None
    kinds = [known] if known and known.owners_file else built_in().values()
    for each in kinds:
        file = each.owners_file
        yield from ((file, path) for path in (file.places if file else ()) if file and os.path.lexists(root / path))


def _shares_accounts(own: str, tracker: str) -> bool:
    """Whether the accounts of the repository's server are those of the tracker; a folder takes any name."""
    kind = find_kind(tracker) if tracker else None
    return not own or own == tracker or kind is None or kind.is_embedded


@dataclass(frozen=True, slots=True)
class _InCheckout:
    """Owners of paths as documents write them."""

    root: Path
    said: Ownership
    assigns: bool

    def of(self, path: str) -> Owners:
        """Return who owns a path; nobody owns one outside the checkout."""
        inside = posixpath.normpath(composed(path).lstrip("/"))
        if inside.startswith("..") or inside == ".":
            return Owners()
        # Owners are those of files: any file in a folder stands for it.
        is_folder = path.endswith("/") or (self.root / inside).is_dir()
        found = self.said.of(f"{inside}/_" if is_folder else inside)
        return found if self.assigns else replace(found, people=(), named=_all_named(found))


def _all_named(owners: Owners) -> tuple[str, ...]:
    known = {name.casefold() for name in owners.named}
    return (*(f"@{name}" for name in owners.people if f"@{name}".casefold() not in known), *owners.named)
