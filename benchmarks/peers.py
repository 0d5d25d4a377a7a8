"""Whole runs beside what somebody would use instead, against the simulated GitHub with a latency."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from subprocess import CalledProcessError
from threading import local
from urllib.parse import urlsplit

from benchmarks import gh
from benchmarks.counts import counted, filled, many
from benchmarks.plans import map_of
from benchmarks.table import Row
from techmap_sync import __version__
from tests.simulators.github import GitHub, running
from tests.simulators.github.server import TOKEN
from tests.trackers.servers import OnGitHub

LATENCY = 0.1
AT_ONCE = 10
"""How many resources Terraform refreshes at a time, unless told otherwise."""
NOT_RUN = "not run"
TEXT = (
    f"Each answer takes {1000 * LATENCY:.0f} ms. Time on the clock; the second that GitHub wants between two writes is "
    "left out for everybody. `gh` really runs; of Terraform's provider for GitHub its pattern runs, a read for each "
    f"issue, {AT_ONCE} at a time."
)


def rows(few: int = 30, many_tickets: int = 1_000, latency: float = LATENCY) -> Iterator[Row]:
    """Measure a first push of few tickets and an unchanged one of many."""
    yield from _first(few, latency)
    yield from _unchanged(many_tickets, latency)


def _first(tickets: int, latency: float) -> Iterator[Row]:
    made, what = map_of(tickets - 1), f"first push of {tickets} tickets"
    with running(GitHub(latency=latency)) as server:
        requests, ours = timed(lambda: counted(OnGitHub(server), [made]).requests)
    yield Row(f"{what}: techmap-sync {__version__}", requests, unit=" requests",
              note=f"{ours:.1f} s; with parents, edges and labels")  # fmt: skip
    yield _looped(
        f"{what}: a loop of `gh issue create`", [spec.title for spec in (made.tracking, *made.tasks)], latency, ours
    )
    yield Row(f"{what}: planpilot 2.7.0", NOT_RUN, note="it asks api.github.com alone, and wants a project board there")


def _looped(what: str, titles: list[str], latency: float, ours: float) -> Row:
    if gh.GH is None:
        return Row(what, NOT_RUN, note="there is no gh on this machine")
    with running(GitHub(latency=latency)) as server:
        try:
            requests, theirs = timed(lambda: gh.loop(server, titles, "techmap"))
        except CalledProcessError:
            return Row(what, NOT_RUN, note=f"{gh.version()} asks what the simulated server does not answer")
        assert len(server.repository.issues) == len(titles)
    return Row(
        what, requests, unit=" requests", note=f"{theirs / ours:.1f} x our time; {gh.version()}; the tickets alone"
    )


def _unchanged(tickets: int, latency: float) -> Iterator[Row]:
    made, what = many(max(1, tickets // 100), tickets), f"unchanged push of {tickets:,} tickets"
    with running(GitHub()) as server:
        filled(OnGitHub(server), made)
        server.latency = latency
        requests, ours = timed(lambda: counted(OnGitHub(server), made).requests)
        yield Row(f"{what}: techmap-sync {__version__}", requests, unit=" requests", note=f"{ours:.1f} s")
        requests, theirs = timed(lambda: refreshed(server))
    yield Row(f"{what}: a read for each issue, as Terraform's provider refreshes", requests, unit=" requests",
              note=f"{theirs / ours:.1f} x our time; the pattern, not the program")  # fmt: skip
    yield Row(
        f"{what}: a loop of `gh issue create`", NOT_RUN, note="it knows no earlier run: all tickets would be made again"
    )


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """Return how many requests some work took, and how many seconds."""
    started = time.perf_counter()
    requests = work()
    return requests, time.perf_counter() - started


def refreshed(server: GitHub) -> int:
    """Read each issue by its number over connections that stay open; returns how many requests that took."""
    place, here, path = urlsplit(server.base_url), local(), f"/repos/{server.repository.full_name}/issues"

    def read(number: int) -> int:
        if not hasattr(here, "connection"):
            here.connection = opened.enter_context(closing(HTTPConnection(place.netloc)))
        here.connection.request("GET", f"{path}/{number}", headers={"authorization": f"token {TOKEN}"})
        answer = here.connection.getresponse()
        answer.read()
        assert answer.status == 200
        return 1

    with ExitStack() as opened, ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(read, list(server.repository.issues)))
