"""Plants each fault of planted.toml in a copy of the package and lets the search find it: ``make planted``."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import histories

ROOT = Path(__file__).parents[2]
COPIED = ("techmap_sync", "tests", "benchmarks", "config", "examples", "pyproject.toml")
LONGEST = 4
"""Events in a history."""


def faults() -> list[dict[str, str]]:
    """Return all faults."""
    found: list[dict[str, str]] = tomllib.loads(Path(__file__).with_name("planted.toml").read_text("utf-8"))["fault"]
    return found


def copied(folder: Path) -> None:
    """Copy what tests need into a folder."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)


@contextmanager
def planted(fault: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Put a fault into a copy of the project, and take it out afterwards."""
    path = folder / "techmap_sync" / fault["file"]
    sound = path.read_text("utf-8")
    path.write_text(sound.replace(fault["old"], fault["new"], 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(sound, encoding="utf-8")


def story_of(fault: dict[str, str], folder: Path) -> str:
    """Return the story of a broken promise that a fault leads to, with the number of its events; else nothing."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.explore", "--first", "--depth", str(LONGEST)]
    with planted(fault, folder):
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 1) or (ended.returncode and not ended.stdout):
        raise RuntimeError(f"the search did not run: {ended.stderr[-400:]}")
    return ended.stdout.partition("\n\n")[0]


def main() -> None:
    """Try all of them, or those whose numbers are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="its place in planted.toml, from 1")
    numbers = parser.parse_args().numbers
    chosen = [fault for number, fault in enumerate(faults(), 1) if not numbers or number in numbers]
    found = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copied(folder)
        for fault in chosen:
            begin = time.monotonic()
            story = story_of(fault, folder)
            found += bool(story)
            print(
                f"{'found' if story else 'NOT FOUND'} in {time.monotonic() - begin:.0f} s: {fault['what']}", flush=True
            )
            print("".join(f"    {line}\n" for line in story.splitlines()), flush=True)
            steps = [line for line in story.splitlines() if not line.startswith("=> ")]
            note = f"{fault['file']}; {time.monotonic() - begin:.0f} s"
            histories.record("planted", fault["what"], events=len(steps), note=note)
    print(f"{found} of {len(chosen)} found")
    sys.exit(found < min(histories.ENOUGH, len(chosen)))


if __name__ == "__main__":
    main()
