"""Measures everything, prints one page and writes it to ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import counts, growth, parse_ratio, processes
from benchmarks.table import markdown

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
LIBRARIES = ("techmap-sync", "marko", "PyGithub", "python-gitlab", "typer", "rich", "pydantic-settings")


def main() -> int:
    """Run all benchmarks; the exit code is 1 when a bound is missed."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--date", default=datetime.now(UTC).date().isoformat(), help="the date on the page")
    date = arguments.parse_args().date
    sections = [each.section() for each in (counts, growth, parse_ratio, processes)]
    page = f"# Benchmarks\n\n{_circumstances(date)}\n\n{markdown(sections)}\n"
    sys.stdout.write(page)
    PAGE.write_text(page, encoding="utf-8")
    return int(any(row.verdict not in ("", "met") for section in sections for row in section.rows))


def _circumstances(date: str) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        f"Written by `make bench` on {date}: {machine}; {versions}.\n\nCounts and ratios, no absolute times that a "
        "bound hangs on: machines differ. Not measured yet: other programs beside this one (not run), `parse` and "
        "`plan` at these sizes, and maps parsed in several processes."
    )


if __name__ == "__main__":
    sys.exit(main())
