"""The same work on many things, in several processes at once; what comes out is in the order of what went in."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
