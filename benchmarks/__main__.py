"""Measures everything, prints one page and writes it to ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path

# Also sets how often Python looks for garbage, as the program does.
import techmap_sync.cli  # noqa: F401
from benchmarks import counts, growth, histories, kills, many_maps, many_units, pace, parsing, peers, scale, start_up
from benchmarks.table import Row, Section, markdown, missed, summary

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
LIBRARIES = ("techmap-sync", "marko", "PyGithub", "python-gitlab", "typer", "rich", "pydantic-settings", "tomli")
INTRODUCTION = """\
*For anyone who runs techmap-sync on many maps or large ones, and for contributors.*

What techmap-sync costs: how many requests it sends, how it scales, and how long it takes compared with the usual tools.
`make bench` measures all of it again, in less than ten minutes on two cores, and writes this page.

Bounds are counts and ratios, because machines differ: a count is the same everywhere, and both sides of a ratio are
measured in turn. Bounds in seconds are for texts that are made to stall a parser, and for specs that are finished.
*At least* and *at most* are written as ≥ and ≤. The servers are the simulated ones of the tests, over real HTTP on this
computer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all benchmarks; with ``--strict`` the exit code is 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--date", default=datetime.now(UTC).date().isoformat(), help="the date on the page")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bound is missed")
    asked = parser.parse_args(arguments)
    sections: list[Section] = []
    for section in chain(_counted(), _timed()):
        sections.append(section)
        # A run that is interrupted leaves what it has measured; the rest is said to be not measured.
        PAGE.write_text(page(sections, asked.date), encoding="utf-8")
    sys.stdout.write(page(sections, asked.date))
    return ended(sections, strict=asked.strict)


def page(sections: Sequence[Section], date: str) -> str:
    """Return the whole page."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    parts = ["# Benchmarks", INTRODUCTION, f"Written on {date}: {machine}; {versions}.", "## Numbers to hold"]
    return "\n\n".join([*parts, summary(sections), markdown([*sections, histories.section()])]) + "\n"


def ended(sections: Sequence[Section], *, strict: bool) -> int:
    """Say what is missed, and return the exit code."""
    problems = missed(sections)
    for problem in problems:
        _say(f"missed: {problem}")
    return int(strict and bool(problems))


def _counted() -> Iterator[Section]:
    """Count on all cores side by side: what is counted does not hang on time."""
    works: dict[str, Callable[[], list[Row]]] = {name: partial(counts.rows, name) for name in ("gitlab", "github")}
    works |= {"hostile": parsing.hostile, "kills": kills.rows, "pace": pace.rows}
    with _told("requests, pace, kills and hostile texts"), ProcessPoolExecutor(os.cpu_count()) as pool:
        running = {name: pool.submit(work) for name, work in works.items()}
        rows = {name: future.result() for name, future in running.items()}
    yield Section("Requests", counts.TEXT, [*rows["github"], *rows["gitlab"]])
    yield Section("Pace", pace.TEXT, rows["pace"])
    yield Section("Killed", kills.TEXT, rows["kills"])
    with _told("parsing"):
        yield Section("Parsing", parsing.TEXT, [*parsing.ratios(), *rows["hostile"]])


def _timed() -> Iterator[Section]:
    """Measure times, one thing after the other where they would disturb each other."""
    with _told("start-up"):
        yield Section("Start-up", start_up.TEXT, list(start_up.rows()))
    with _told("many maps"):
        yield Section("Many maps", many_maps.TEXT, list(many_maps.rows()))
    with _told("many specs"):
        yield Section("Many specs", many_units.TEXT, list(many_units.rows()))
    with _told("scale"):
        yield Section("Scale", scale.TEXT, list(scale.rows()))
    with _told("growth and peers"), ProcessPoolExecutor(1) as pool:
        beside = pool.submit(_peers)  # It waits for answers most of the time, and growth is processor time.
        yield growth.section()
        yield Section("Beside others", peers.TEXT, beside.result())


def _peers() -> list[Row]:
    return list(peers.rows())


@contextmanager
def _told(what: str) -> Iterator[None]:
    started = time.monotonic()
    _say(f"{what} ...")
    yield
    _say(f"{what}: {time.monotonic() - started:.0f} s")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
