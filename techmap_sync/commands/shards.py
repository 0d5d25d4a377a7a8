"""Shards: one run of several that share the maps of a repository, as the runners of a CI matrix do."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from techmap_sync.errors import UsageProblem

_WRITTEN = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_NUMBER, _TOTAL = "CI_NODE_INDEX", "CI_NODE_TOTAL"


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several runs, counted from 1. Each map is a matter of just one of them."""

    number: int = 1
    total: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this run judges what concerns no single map: tickets of maps whose file is missing."""
        return self.number == 1

    @property
    def is_all(self) -> bool:
        """Whether there is no other run."""
        return self.total == 1

    def holds(self, file: Path) -> bool:
        """Whether a map is a matter of this run: decided by its path alone, so that every runner decides alike."""
        path = unicodedata.normalize("NFC", Path(os.path.relpath(file)).as_posix())
        digest = hashlib.sha256(path.encode(errors="surrogateescape")).digest()
        return int.from_bytes(digest[:8]) % self.total == self.number - 1


ALL = Shard()


def shard_of(flag: str | None, environment: Mapping[str, str]) -> Shard:
    """Return which run this is: the flag's, else the one that GitLab's ``parallel`` makes it, else the only one.

    :raises UsageProblem: there is no such run.
    """
    if flag is not None:
        return _shard(flag, "--shard")
    if not environment.get(_NUMBER):
        return ALL
    return _shard(f"{environment[_NUMBER]}/{environment.get(_TOTAL, '')}", f"{_NUMBER}/{_TOTAL}")


def _shard(text: str, origin: str) -> Shard:
    match = _WRITTEN.fullmatch(text)
    shard = Shard(int(match[1]), int(match[2])) if match else None
    if shard is None or not 1 <= shard.number <= shard.total:
        hint = (
            "write --shard 1/3, 2/3 and 3/3 for three runs that share the maps, --shard 1/1 for a run that has them all"
        )
        raise UsageProblem(f"{origin}: {text} is no shard", hint)
    return shard
