"""Puts each fault of mutants.toml into a copy of the package and shows that its test notices: ``make mutants``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("techmap_sync", "tests", "benchmarks", "config", "examples", "pyproject.toml")


def mutants() -> list[dict[str, str]]:
    """Return all faults."""
    found: list[dict[str, str]] = tomllib.loads((ROOT / "tests/mutants/mutants.toml").read_text("utf-8"))["mutant"]
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


def survives(mutant: dict[str, str], folder: Path) -> bool:
    """Whether the named test does not notice a fault in a copy of the project."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutant["killed_by"]]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    with planted(mutant, folder):
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 1):
        raise RuntimeError(f"the test did not run: {ended.stdout[-400:]}{ended.stderr[-400:]}")
    return ended.returncode == 0


def main() -> None:
    """Run all of them and fail when one survives."""
    alive = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copied(folder)
        for number, mutant in enumerate(mutants(), 1):
            lives = survives(mutant, folder)
            alive += lives
            print(
                f"{number:>2} {'SURVIVED' if lives else 'killed'}: {mutant['what']} ({mutant['killed_by']})", flush=True
            )
    sys.exit(f"{alive} survived" if alive else 0)


if __name__ == "__main__":
    main()
