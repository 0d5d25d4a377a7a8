"""The pace of a long push, against a simulated GitHub that keeps its documented limits; its clock is simulated too."""

from __future__ import annotations

from benchmarks.counts import edges_of, filled, many
from benchmarks.numbers import Number
from benchmarks.table import Row
from tests.simulators.github import GitHub, Limits, running
from tests.trackers.servers import OnGitHub

TEXT = (
    "On GitHub: a second between two writes, 80 new things a minute and 500 an hour, 900 points a minute, 5,000 "
    "requests an hour. The clock is simulated. The fastest that the limits allow is 500 things in each full "
    "hour, one a second."
)
CONTENT_PER_HOUR = 500


def rows(maps: int = 12, tickets: int = 1_200) -> list[Row]:
    """Push so many new tickets, and compare the time with the shortest that is allowed."""
    made = many(maps, tickets)
    server = GitHub()
    limits = server.limits = Limits(server.clock)
    with running(server):
        started = server.clock()
        runs = filled(OnGitHub(server), made)
        taken = (server.clock() - started).total_seconds()
    things = tickets + sum(map(edges_of, made))  # a ticket is made below its parent; each edge counts by itself
    hours, rest = divmod(things - 1, CONTENT_PER_HOUR)
    what = f"first push of {maps} maps with {tickets:,} tickets in {runs} runs"
    share = 100 * (hours * 3600 + rest) / taken
    return [
        Row(f"{what}, share of the allowed pace", share, least=95, unit=" %", shows=Number.PACE),
        Row(f"{what}, refusals with status 403 or 429", len(limits.broken), 0, floor=0, shows=Number.PACE),
    ]
