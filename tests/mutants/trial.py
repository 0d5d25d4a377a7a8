"""Tries mutants on the tests: a process that has imported and collected everything is copied for each of them.

The copy puts the fault into its own functions and runs the tests that reach its line, until one fails. First comes the
test that noticed it in an earlier run, then those that noticed its neighbours, and then all others, until
``Limits.seconds`` are used up: always the one that adds the most lines for its time to those that the earlier ones
reach together, so that a few tests show all that may follow from a line. Tests of its module count for more.
What ends neither well nor badly (an endless loop, all memory) counts as noticed, because a run of the tests would not
have passed.
"""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from tests.mutants import planting
from tests.mutants.operators import Mutant, mutants_of
from tests.mutants.score import SECONDS, named

TESTS = (
    "tests/sync",
    "tests/fakes",
    "tests/app/test_written_bytes.py",
    "tests/explore/test_found.py",
    "tests/mutants/histories.py",
)
"""Where tests call the modules in their own process, and are quick."""
LONG = (
    "_histories",
    "state_machine",
    "hostile_markers",
    "test_crash",
    "at_any_request",
    "_thousand",
    "map_is_pushed_whole",
)
"""Words in the names of tests that take longer than all others together."""
SLOWEST = 1.0
"""Seconds of processor time; a longer test is not tried on mutants."""
LEAST = 0.01
"""Seconds of processor time that any test takes."""
OWN = 4
"""How many times as long a test of the fault's own module may take."""
NEIGHBOURS = 6
"""How many of the tests that noticed the last faults of a function, or most of a module, come first."""
BY_THE_CLOCK = ("_seconds", "_in_time", "two_processes")
"""Tests with these words in their names depend on how busy the machine is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a mutant is tried."""

    seconds: float = SECONDS
    """Of processor time that its tests take on sound code."""
    at_once: int = 2


@dataclass(frozen=True)
class Reached:
    """What each test reaches, and how long it takes."""

    seconds: Mapping[str, float]
    lines: Mapping[str, Mapping[int, frozenset[str]]]
    """Tests by module and line; at line 0 those whose file imports the module by name."""

    def tests_of(self, mutant: Mutant) -> set[str]:
        """Return the tests that run a mutant's lines."""
        by_line = self.lines.get(mutant.module, {})
        if not mutant.in_body:
            return set().union(*by_line.values())
        return set().union(*(by_line.get(line, ()) for line in range(mutant.line, mutant.last_line + 1)))

    @cached_property
    def masks(self) -> Mapping[str, int]:
        """The lines that each test reaches, a bit for each."""
        masks = dict.fromkeys(self.seconds, 0)
        for number, tests in enumerate(tests for by_line in self.lines.values() for tests in by_line.values()):
            for test in tests:
                masks[test] |= 1 << number
        return masks

    def spread(self, tests: Iterable[str], own: str, most: float) -> Iterator[str]:
        """Yield tests that reach other lines than those before them, and then more of them.

        :param own: part of the names of tests that count for more
        :param most: seconds that one test may take
        """
        costs = {each: (self.seconds[each] + LEAST) / (OWN if own in each else 1) for each in tests}
        left = sorted(each for each in costs if self.seconds[each] <= most)
        reached = 0
        while left:
            new = {each: (self.masks[each] & ~reached).bit_count() for each in left}
            best = max(left, key=lambda each: new[each] / costs[each])
            if not new[best]:
                if not reached:
                    return
                reached = 0
                continue
            reached |= self.masks[best]
            left.remove(best)
            yield best


@dataclass(frozen=True, slots=True)
class _Running:
    """A copy of this process that tries a mutant, or sound code."""

    tests: Sequence[str]
    notes: IO[bytes]
    """The place of each test that it began."""
    mutant: Mutant | None = None

    def noticed_by(self, status: int) -> str:
        """Return the test that did not pass, if one did not."""
        with self.notes:
            self.notes.seek(0)
            begun = self.notes.read().split()
        if not status:
            return ""
        return self.tests[int(begun[-1])] if begun else "no valid code"


@dataclass
class Trial:
    """A session of tests that tries mutants instead."""

    session: pytest.Session
    limits: Limits
    killers: dict[str, str] = field(default_factory=dict)
    """The test that noticed a mutant, by its key."""
    recent: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    noticed: dict[str, Counter[str]] = field(default_factory=dict)
    """How many mutants of a module each test noticed."""
    functions: dict[planting.Named, list[Any]] = field(default_factory=dict)
    orders: dict[tuple[frozenset[str], str], list[str]] = field(default_factory=dict)
    """For tests that reach a line, and the name of those that count for more: the ones to try."""

    def __post_init__(self) -> None:
        self.items = {item.nodeid: item for item in self.session.items}
        self.functions = planting.functions()

    def reached(self, folder: Path) -> Reached:
        """Run each test on sound code, in a copy of this process, unless it passed in an earlier run on that code.

        :param folder: where a file keeps it: the seconds of each test and file of tests, and which tests, by number,
            reach a line.
        """
        kept = folder / f"reached-{planting.digest()}.json"
        seconds, lines = json.loads(kept.read_text("utf-8")) if kept.exists() else ({}, {})
        left = [item for item in self.session.items if not _is_long(item.nodeid)]
        new = [item for item in left if seconds.get(_of_today(item), -1) < 0]
        if new:
            pid = os.fork()
            if not pid:
                _quiet()
                kept.write_text(json.dumps(_measured(new, seconds, lines)), "utf-8")
                os._exit(0)
            os.waitpid(pid, 0)
            seconds, lines = json.loads(kept.read_text("utf-8"))
        today = {_of_today(item): item.nodeid for item in left}
        names = [today.get(name, "") for name in seconds]
        sound = {today[name]: used for name, used in seconds.items() if used >= 0 and name in today}
        by_module = {
            module: {int(line): frozenset(names[n] for n in tests) & sound.keys() for line, tests in by_line.items()}
            | {0: frozenset(item.nodeid for item in left if _imports(item, module)) & sound.keys()}
            for module, by_line in lines.items()
        }
        return Reached(sound, by_module)

    def order(self, mutant: Mutant, reached: Reached) -> list[str]:
        """Return the tests to try on a mutant, in their order."""
        able = reached.tests_of(mutant)
        if not able:
            return []
        known = [self.killers.get(named(mutant), ""), *self.recent.get((mutant.module, mutant.function), ())]
        often = [test for test, _ in self.noticed.get(mutant.module, Counter()).most_common(NEIGHBOURS)]
        first = [each for each in dict.fromkeys((*known, *often)) if each in able]
        rest = self._spread(reached, frozenset(able), f"/test_{mutant.module}.py")
        used, taken = 0.0, list[str]()
        for each in dict.fromkeys((*first, *rest)):
            used += reached.seconds[each]
            if taken and used > self.limits.seconds:
                break
            taken.append(each)
        return taken

    def _spread(self, reached: Reached, able: frozenset[str], own: str) -> list[str]:
        """Return those of some tests that can be tried on a mutant, at most, in their order."""
        if (able, own) not in self.orders:
            used, taken = 0.0, list[str]()
            for each in reached.spread(able, own, SLOWEST):
                used += reached.seconds[each]
                if used > self.limits.seconds:
                    break
                taken.append(each)
            self.orders[able, own] = taken
        return self.orders[able, own]

    def run(self, mutants: Sequence[Mutant], reached: Reached) -> Iterator[tuple[Mutant, str]]:
        """Yield each mutant with the test that noticed it, or with nothing."""
        yield from ((mutant, "") for mutant in mutants if not reached.tests_of(mutant))
        waiting = (mutant for mutant in mutants if reached.tests_of(mutant))
        running: dict[int, _Running] = {}
        gc.collect()
        gc.freeze()
        while True:
            for mutant in islice(waiting, self.limits.at_once - len(running)):
                each = _Running(self.order(mutant, reached), _notes(), mutant)
                running[self._start(each, reached)] = each
            if not running:
                return
            pid, status = os.wait()
            ended = running.pop(pid)
            killer = ended.noticed_by(status)
            assert ended.mutant
            self._remember(ended.mutant, killer)
            yield ended.mutant, killer

    def _remember(self, mutant: Mutant, killer: str) -> None:
        if killer:
            self.noticed.setdefault(mutant.module, Counter())[killer] += 1
            known = self.recent.get((mutant.module, mutant.function), [])
            kept = [killer, *(each for each in known if each != killer)]
            self.recent[mutant.module, mutant.function] = kept[:NEIGHBOURS]

    def _start(self, each: _Running, reached: Reached) -> int:
        """Copy this process, and return the number of the copy, which ends with 0 when all tests passed."""
        pid = os.fork()
        if pid:
            return pid
        try:
            _quiet()
            _bounded(5 + 10 * sum(reached.seconds.get(name, 0) for name in each.tests))
            if each.mutant:
                planting.plant(each.mutant, self.functions)
            os._exit(self._noticed(each.tests, each.notes))
        except BaseException:  # noqa: BLE001  # nothing of a copy may go on in its place
            os._exit(3)

    def _noticed(self, tests: Sequence[str], notes: Any) -> int:
        for number, name in enumerate(tests):
            os.write(notes.fileno(), f"{number} ".encode())
            if not _passes(self.items[name], self._other(name)):
                return 1
        return 0

    def _other(self, name: str) -> pytest.Item:
        """Return another test; what the session has set up stays for it."""
        items = self.session.items
        return items[1] if items[0].nodeid == name else items[0]

    def unsound(self, tests: Iterable[str], reached: Reached) -> set[str]:
        """Return those of the tests that fail alone on sound code; they prove nothing."""
        failing = set()
        for name in tests:
            alone = _Running([name], _notes())
            _, status = os.waitpid(self._start(alone, reached), 0)
            if alone.noticed_by(status):
                failing.add(name)
        return failing


def _notes() -> IO[bytes]:
    return tempfile.TemporaryFile()


def every_mutant(modules: Iterable[str] = ()) -> list[Mutant]:
    """Return all mutants of some modules, or of all."""
    chosen = list(modules) or planting.modules()
    return [each for name in chosen for each in mutants_of(name, planting.path_of(name).read_text("utf-8"))]


def _passes(item: pytest.Item, following: pytest.Item) -> bool:
    """Run a test, after whatever other test came before it."""
    item.session._setupstate.teardown_exact(item)
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _is_long(name: str) -> bool:
    return any(word in name for word in (*BY_THE_CLOCK, *LONG))


def _of_today(item: pytest.Item) -> str:
    """Return the name of a test with a digest of its file: what a changed one reached earlier says nothing."""
    return f"{item.nodeid} {zlib.crc32(_text(item.path).encode()):08x}"


def _imports(item: pytest.Item, module: str) -> bool:
    """Whether the file of a test imports a module of the sync core by name."""
    return bool(re.search(rf"^from techmap_sync\.sync(\.| import .*\b){module}\b", _text(item.path), re.MULTILINE))


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _measured(
    items: Sequence[pytest.Item], seconds: dict[str, float], lines: dict[str, dict[str, list[int]]]
) -> tuple[dict[str, float], dict[str, dict[str, list[int]]]]:
    """Return the seconds of each test, below zero where it fails, and the tests that reach each line, by number.

    :param seconds: those of earlier tests, as are the ``lines``.
    """
    coverage = Coverage(data_file=None, include=[f"{planting.FOLDER}/*"], config_file=False, messages=False)
    coverage.start()
    for place, item in enumerate(items):
        name = _of_today(item)
        seconds.setdefault(name, -1)
        coverage.switch_context(str([*seconds].index(name)))
        planting.forget(planting.modules())
        begin = time.process_time()
        passes = _passes(item, items[place + 1] if place + 1 < len(items) else items[0])
        seconds[name] = (time.process_time() - begin) * (1 if passes else -1)
    coverage.stop()
    data = coverage.get_data()
    for module in planting.modules():
        by_line = lines.setdefault(module, {})
        for line, contexts in data.contexts_by_lineno(str(planting.path_of(module))).items():
            by_line.setdefault(str(line), []).extend(int(each) for each in contexts if each)
    return seconds, lines


def _quiet() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _bounded(seconds: float) -> None:
    """End this process when it computes much longer than it should, waits for ever or takes all memory."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(60 + 4 * seconds))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class TriesMutants:
    """A plugin of pytest: what it is given takes the place of the run."""

    def __init__(self, run: Any, limits: Limits) -> None:
        self._run, self._limits = run, limits

    def pytest_configure(self) -> None:
        """Let properties keep no examples and not look for smaller ones."""
        from hypothesis import Phase, settings  # pytest rewrites its assertions first

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", settings.default, database=None, phases=phases, derandomize=True)
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do once what each copy would do again, such as compiling patterns and templates; then try the mutants."""
        short = (item for item in session.items if not _is_long(item.nodeid))
        for item in {(item.path, item.name.partition("[")[0][-1]): item for item in short}.values():
            _passes(item, session.items[0])
        self._run(Trial(session, self._limits))
        return True


def with_tests(run: Any, limits: Limits, tests: Sequence[str] = TESTS) -> int:
    """Collect tests, and let something try mutants on them."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = ["-q", "-q", "-s", "-p", "no:cacheprovider", "--no-header", f"--basetemp={folder}/tests"]
        policy = ["-o", "tmp_path_retention_policy=none"]
        os.environ["EVERYTHING"] = "0"
        sys.argv = ["pytest"]
        return int(pytest.main([*quiet, *policy, *tests], plugins=[TriesMutants(run, limits)]))
