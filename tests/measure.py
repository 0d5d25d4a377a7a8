"""How long something takes, and how to do the same thing many times without the tracing of coverage."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Taken:
    """What was measured."""

    seconds: float = 0.0


@contextmanager
def untraced() -> Iterator[None]:
    """Leave the block out of the coverage: it repeats what other tests trace, and tracing doubles its time."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)


@contextmanager
def measured() -> Iterator[Taken]:
    """Measure the processor time of the block, so that a busy machine fails no test."""
    taken = Taken()
    with untraced():
        started = time.process_time()
        try:
            yield taken
        finally:
            taken.seconds = time.process_time() - started
