"""Builds and checks a release: ``python -m tests.release FOLDER [TAG]``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.release import release

if __name__ == "__main__":
    place, tag = Path(sys.argv[1]).resolve(), "".join(sys.argv[2:3])
    shutil.rmtree(place, ignore_errors=True)
    release(place, tag)
    for path in sorted(place.rglob("*")):
        if path.is_file():
            print(path.relative_to(place))
