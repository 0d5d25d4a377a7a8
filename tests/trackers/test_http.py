"""No answer takes more than its time and its room, whatever the server sends: on both vendors."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft
from techmap_sync.trackers.answers import MOST_PAGES, MOST_SECONDS
from tests.sampling import sampling
from tests.simulators.github.clock import SimulatedClock
from tests.simulators.unkind import Bytes, running
from tests.trackers.one_list import LABEL, SLOW, TIMEOUT, TRIES, VENDORS, Vendor, linked


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


SLOW_AT_VENDORS = sampling.meeting_in_turn("slow answers at a vendor", SLOW, list(VENDORS))


@pytest.mark.parametrize(("fault", "vendor"), SLOW_AT_VENDORS, indirect=["vendor"])
def test_a_slow_answer_does_not_outlast_the_timeout(vendor: Vendor, fault: Callable[[], Bytes]) -> None:
    with running(lambda asked: fault() if "/issues" in asked else [vendor.known(asked) or b""]) as server:
        tracker = vendor.tracker(server, SimulatedClock())
        began = time.monotonic()
        with pytest.raises(TrackerError) as caught:
            tracker.snapshot(LABEL)
        assert time.monotonic() - began < TRIES * TIMEOUT + 2
    assert not isinstance(caught.value, OutcomeUnclear)
    assert "in time" in caught.value.what


@pytest.mark.parametrize(("fault", "vendor"), SLOW_AT_VENDORS, indirect=["vendor"])
def test_a_write_whose_answer_is_slow_is_unclear_and_sent_once(vendor: Vendor, fault: Callable[[], Bytes]) -> None:
    with running(lambda asked: fault() if asked.startswith("POST") else [vendor.known(asked) or b""]) as server:
        tracker = vendor.tracker(server, SimulatedClock())
        began = time.monotonic()
        with pytest.raises(OutcomeUnclear):
            tracker.create(Draft("Task", "Text"))
        assert time.monotonic() - began < TIMEOUT + 2
        assert len([asked for asked in server.asked if asked.startswith("POST")]) == 1


@pytest.mark.parametrize("kind", ["itself", "the same rows", "nothing", "in turn"])
def test_a_list_that_does_not_go_on_is_left(vendor: Vendor, kind: str) -> None:
    with running(linked(vendor, kind)) as server:
        with pytest.raises(TrackerError, match="no end"):
            vendor.tracker(server, SimulatedClock()).snapshot(LABEL)
        assert len([asked for asked in server.asked if "/issues" in asked]) < 10


def test_a_list_of_ever_new_pages_is_left(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_PAGES >= 1000
    monkeypatch.setattr("techmap_sync.trackers.answers.MOST_PAGES", 30)
    with running(linked(vendor, "new")) as server:
        with pytest.raises(TrackerError, match="no end"):
            vendor.tracker(server, SimulatedClock()).snapshot(LABEL)
        assert len([asked for asked in server.asked if "/issues" in asked]) == 31


def test_a_list_whose_pages_come_slowly_is_left_after_an_hour(vendor: Vendor) -> None:
    clock = SimulatedClock()
    began: datetime = clock()
    with running(linked(vendor, "new", 20.0, clock)) as server, pytest.raises(TrackerError, match="no end"):
        vendor.tracker(server, clock).snapshot(LABEL)
    assert (clock() - began).total_seconds() < MOST_SECONDS + 60
