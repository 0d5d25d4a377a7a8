"""``python -m tests.explore --depth 4``: print how many states there are, and each broken promise as a story."""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.explore.one_document import OneDocument, all_events
from tests.explore.search import search


def main() -> int:
    """Search, and fail when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--stop", action="store_true")
    asked = parser.parse_args()
    begin = time.monotonic()
    found = search(OneDocument.pushed(), all_events, asked.depth, print, asked.processes, asked.stop)
    for story in found.stories[:200]:
        print(f"\n{story}")
    print(f"\n{sum(found.states)} states, {found.steps} steps, {time.monotonic() - begin:.0f} s")
    return bool(found.stories)


if __name__ == "__main__":
    sys.exit(main())
