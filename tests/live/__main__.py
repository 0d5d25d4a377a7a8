"""Tries the program on a real repository that is empty: the contract suite, and each example pushed twice.

``make live TO=github:OWNER/SCRATCH`` runs it. It shows whether the simulated servers of the tests are like real ones.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from techmap_sync.app.credentials import login_at
from techmap_sync.app.targets import connection_to
from techmap_sync.checkout import checkout_of
from techmap_sync.config import load_settings
from techmap_sync.errors import Problem, Refused, UsageProblem
from techmap_sync.programs import environment
from techmap_sync.registry import TrackerKind, find_kind
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.connection import Connection
from tests.live.apart import Shared
from tests.live.contract_run import Results, hold_to_contract
from tests.live.patience import Patience
from tests.live.pushes import Example, examples, push_twice
from tests.live.report import Seen, page
from tests.live.scratch import Cleaned, Found, Scratch, clean, scratch_of
from tests.live.traffic import Count, Traffic

REPORT = Path(__file__).parents[2] / "build" / "live-REPORT.md"
GOOD, NOT_GOOD, NOT_RUN = range(3)
"""Exit codes: the last where nothing was written, because something is missing."""
VENDORS = ("github", "gitlab")
_SHOWN = 5
"""How many issues of others are named."""


def main(
    words: Sequence[str],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    report: Path = REPORT,
) -> int:
    """Run it, write the report, and return the exit code.

    :param words: the command line.
    """
    asked = _asked(words)
    traffic = Traffic()
    with traffic.noted():
        try:
            run = _Run.begin(asked, traffic, now, sleep)
        except Problem as problem:
            print(f"make live: {sentence(problem)}; nothing was written", *hint(problem).splitlines(), sep="\n  ")
            return NOT_RUN
        seen = run.seen(asked)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(page(seen), encoding="utf-8")
    print(page(seen), f"written to {report}", sep="\n")
    return GOOD if seen.is_good else NOT_GOOD


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("make live", description=__doc__)
    parser.add_argument("to", help="github:OWNER/SCRATCH or gitlab:GROUP/SCRATCH, a repository with no issues")
    parser.add_argument("--api-url", default="", help="the API of a self-hosted server")
    parser.add_argument("--people", default="", help="two accounts that tickets can be assigned to: ANN,BOB")
    parser.add_argument("--only", default="", help="a part of the contract suite, as pytest -k takes it")
    parser.add_argument("--examples", default="", help="some of the examples, by name: kiro,plans")
    return parser.parse_args(words)


def _connection(asked: argparse.Namespace) -> tuple[TrackerKind, Connection]:
    """Return how the program itself reaches the repository, with the token that it finds.

    :raises Problem: the target is not on a server, or a setting is wrong.
    """
    name, _, target = asked.to.partition(":")
    kind = find_kind(name)
    if kind is None or name not in VENDORS or not target:
        what = f"no repository on a server: {asked.to or 'TO is missing'}"
        raise UsageProblem(what, "write TO=github:OWNER/SCRATCH or TO=gitlab:GROUP/SCRATCH")
    flags = {"to": asked.to} | ({"api_url": asked.api_url} if asked.api_url else {})
    settings = load_settings(None, flags)
    with tempfile.TemporaryDirectory() as folder:
        checkout = checkout_of(Path(folder))
    login = login_at(kind, settings, checkout, environment())
    return kind, connection_to(name, target, settings, checkout, login)


@dataclass
class _Run:
    """A run whose repository may be written to."""

    kind: TrackerKind
    connection: Connection
    traffic: Traffic
    patience: Patience
    account: str
    people: tuple[str, ...]
    server: str
    cleaned: Cleaned = field(default_factory=Cleaned)

    @classmethod
    def begin(
        cls,
        asked: argparse.Namespace,
        traffic: Traffic,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> _Run:
        """Look whether everything is as it must be; only reads.

        :raises Problem: there is no token, it lacks rights, or the repository is not empty.
        """
        kind, connection = _connection(asked)
        connection = replace(connection, now=now, sleep=sleep)
        tracker = kind.tracker(connection)
        scratch = scratch_of(tracker, traffic)
        account = scratch.account()
        if strangers := _strangers(scratch, account):
            raise _not_empty(tracker.name, strangers)
        if failed := [each for each in tracker.examine() if not each.ok]:
            raise Refused(f"{tracker.name}: {failed[0].what}: {failed[0].detail}")
        people = _people(tracker, asked.people, account)
        return cls(kind, connection, traffic, Patience(sleep, print), account, people, scratch.version())

    def seen(self, asked: argparse.Namespace) -> Seen:
        """Do everything, clean up whatever happens, and return what was seen."""
        began, contract, pushed, problem = self.connection.now(), Results(is_whole=False), list[Example](), ""
        shared = Shared(self.kind.tracker(self.connection), self.people, self.patience)
        before, sent, left = self.traffic.count, Count(), tuple[Found, ...]()
        try:
            contract = hold_to_contract(shared, asked.only)
            sent = self.traffic.count - before
            self._clean()
            for example in examples(asked.examples.split(",") if asked.examples else ()) if contract.is_whole else ():
                flags = ["--to", asked.to, *(["--api-url", asked.api_url] if asked.api_url else [])]
                pushed.append(push_twice(example, flags, self.traffic))
                self._clean()
            left = self.patience.ask(lambda: _strangers(self._scratch(), self.account))
        except (Problem, KeyboardInterrupt) as error:
            problem = sentence(error) if isinstance(error, Problem) else "interrupted"
        finally:
            self._clean()
        times = (began, self.connection.now())
        return Seen(asked.to, self.server, *times, contract, sent, shared.late, pushed, self.cleaned, left, problem)

    def _clean(self) -> None:
        clean(self._scratch(), self.traffic, self.cleaned, self.patience)

    def _scratch(self) -> Scratch:
        return scratch_of(self.kind.tracker(self.connection), self.traffic)


def _people(tracker: Tracker, named: str, account: str) -> tuple[str, ...]:
    """Return whom tickets can be assigned to: those who were named, else the account itself.

    :raises UsageProblem: one of them is unknown here.
    """
    people = tuple(named.split(",")) if named else (account,) if account else ()
    unknown = tracker.unassignable(people)
    if named and unknown:
        raise UsageProblem(f"no ticket can be assigned to {', '.join(sorted(unknown))}", "name others: PEOPLE=ANN,BOB")
    return tuple(name for name in people if name not in unknown)


def _strangers(scratch: Scratch, account: str) -> tuple[Found, ...]:
    """Return what is in the repository, without what earlier runs could not delete."""
    return tuple(each for each in scratch.found() if not each.is_left_over(account))


def _not_empty(name: str, strangers: Sequence[Found]) -> Refused:
    shown = "".join(f"\n#{each.number} {each.title}" for each in strangers[:_SHOWN])
    more = f"\nand {len(strangers) - _SHOWN} more" if len(strangers) > _SHOWN else ""
    return Refused(f"{name} is not empty", f"name a repository without issues and pull requests:{shown}{more}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
