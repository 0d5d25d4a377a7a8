"""The same work on many things, in several processes at once; what comes out is in the order of what went in."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from techmap_sync.errors import UsageProblem

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


Thing = TypeVar("Thing")
Result = TypeVar("Result")

FEWEST = 50
"""Things that are worth a second process: it takes as long to start as some maps take to read."""
CHUNK = 12
"""Things that a process takes at a time: few enough that none waits long for the last one."""


def in_order(work: Callable[[Thing], Result], things: Sequence[Thing], jobs: int) -> Iterator[Result]:
    """Yield what the work makes of each thing, in the order of the things.

    :param work: something that can be pickled, and so must its results be.
    :param jobs: the most processes; 0 for as many as there are cores, 1 for none besides this one.
    :raises UsageProblem: a process was killed.
    """
    wanted = min(jobs or _cores(), -(-len(things) // CHUNK))
    pool = _pool(wanted) if wanted > 1 and len(things) >= FEWEST else None
    if pool is None:
        yield from map(work, things)
        return
    from concurrent.futures.process import BrokenProcessPool

    try:
        with _interrupts_held_back():
            results = pool.map(work, things, chunksize=CHUNK)
        yield from results
    except BrokenProcessPool as error:
        hint = "there may be too little memory for so many; --jobs 1 or the setting jobs = 1 reads them in one process"
        raise UsageProblem("a process that read maps was killed", hint) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(processes: int) -> ProcessPoolExecutor | None:
    """Return the processes; None on systems that cannot share work among them."""
    from concurrent.futures import ProcessPoolExecutor

    try:
        return ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_the_first_process)
    except (ImportError, NotImplementedError, OSError):  # no semaphores, as in some sandboxes
        return None


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: one that it reaches before it ignores it would look killed."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_interrupts_to_the_first_process() -> None:
    """Ctrl-C reaches every process of a terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
