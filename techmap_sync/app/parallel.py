"""Share work among processes, and maps among runs."""

from __future__ import annotations

import hashlib
import os
import signal
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from techmap_sync.errors import UsageProblem
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


Item = TypeVar("Item")
Result = TypeVar("Result")

MIN_ITEMS = 50
"""With fewer items, starting worker processes costs more than it saves."""
CHUNK = 12
"""Items per task of a worker: few enough that workers finish at about the same time."""


def map_in_order(work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """Yield the results of some work on each item, in the order of the items.

    :param work: must be picklable, and so must its results.
    :param jobs: the maximum of processes; 0 for one per core, 1 for no workers.
    :raises UsageProblem: a process was killed.
    """
    wanted = min(jobs or _cores(), -(-len(items) // CHUNK))
    pool = _pool(wanted) if wanted > 1 and len(items) >= MIN_ITEMS else None
    if pool is None:
        yield from map(work, items)
        return
    from concurrent.futures.process import BrokenProcessPool

    try:
        with _interrupts_held_back():
            results = pool.map(work, items, chunksize=CHUNK)
        yield from results
    except BrokenProcessPool as error:
        hint = "there may be too little memory; the setting jobs = 1 reads all maps in one process"
        raise UsageProblem("a process that read maps was killed", hint) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(processes: int) -> ProcessPoolExecutor | None:
    """Return the workers; None on systems that cannot run them."""
    from concurrent.futures import ProcessPoolExecutor

    try:
        return ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_the_first_process)
    except (ImportError, RuntimeError, OSError):  # what the library raises where a sandbox has no semaphores
        return None


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C back while workers start: one interrupted before it ignores the signal would look killed."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_interrupts_to_the_first_process() -> None:
    """Ignore Ctrl-C, which reaches every process of a terminal; the main process stops the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_WRITTEN = lazy(r"([0-9]{1,6})/([0-9]{1,6})")
_NUMBER, _TOTAL = "CI_NODE_INDEX", "CI_NODE_TOTAL"


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several runs, counted from 1. Each map is handled by exactly one of them."""

    number: int = 1
    total: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this run handles what belongs to no shard: tickets of maps whose file is missing."""
        return self.number == 1

    @property
    def is_all(self) -> bool:
        """Whether this is the only run."""
        return self.total == 1

    def holds(self, file: Path) -> bool:
        """Whether this run handles a map: decided by its path alone, so that every runner decides alike."""
        path = unicodedata.normalize("NFC", Path(os.path.relpath(file)).as_posix())
        digest = hashlib.sha256(path.encode(errors="surrogateescape")).digest()
        return int.from_bytes(digest[:8]) % self.total == self.number - 1


ALL = Shard()


def shard_of(flag: str | None, environment: Mapping[str, str]) -> Shard:
    """Return which run this is: from the flag, else from GitLab's ``parallel``, else the only one.

    :raises UsageProblem: the text is not a shard.
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
            "write --shard 1/3, 2/3 and 3/3 for three runs that share the maps, --shard 1/1 for a run that handles all"
        )
        raise UsageProblem(f"{origin}: invalid shard {text}", hint)
    return shard
