"""How long something takes: processor time without the tracing of coverage, so that a busy machine fails no test."""

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
def measured() -> Iterator[Taken]:
    """Measure what happens in the block."""
    taken, trace = Taken(), sys.gettrace()
    sys.settrace(None)
    started = time.process_time()
    try:
        yield taken
    finally:
        taken.seconds = time.process_time() - started
        sys.settrace(trace)
