"""Whatever a marker, its ledger or a row of it holds: it is read or said to be unreadable, and spoils only itself."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from random import Random
from time import monotonic

import pytest

from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action, Change
from techmap_sync.sync.marker import MarkerUnreadable, decode, encode
from techmap_sync.sync.tracker import Standing
from tests.fakes.memory import MemoryTracker
from tests.sampling import sampling
from tests.sync.build import TRACKING, plan, task
from tests.sync.drive import planned, push
from tests.sync.hostile_markers import RAW, body_of, marker_lines

THREE = plan(task("Store"), task("Service", blocked_by=("Store",)), task("Tests", blocked_by=("Service",)))
MORE = plan(*THREE.tasks, task("More"))
HOW_MANY, AT_ONCE = sampling.times("hostile markers", 1_000, 10_000), 100
DAMAGES = sampling.times("damages to a marker of ours", 50, 500)


def pushed() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.requests.clear()
    return tracker


def honest(number: str) -> str:
    """The marker line of a ticket."""
    block = read_block(pushed().tickets[number].body)
    assert isinstance(block, Block)
    return encode(block.marker)


def lines(seed: int, how_many: int = HOW_MANY) -> list[str]:
    """Half of them with a ledger."""
    random = Random(seed)
    made = [islice(marker_lines(honest(number), random), how_many // 2) for number in ("1", "2")]
    return [line for each in made for line in each]


def add(tracker: MemoryTracker, made: list[str], standing: Standing) -> None:
    for number, line in enumerate(made, 100):
        tracker.tickets[str(number)] = replace(
            tracker.tickets.get("2", HONEST), number=str(number), body=body_of(line), author="gus", standing=standing
        )


HONEST = pushed().tickets["2"]


def claimed(made: list[str]) -> set[str]:
    """The keys of this source that the readable ones claim, to the letter."""
    keys = set()
    for line in made:
        with suppress(MarkerUnreadable):
            marker = decode(line)
            keys |= {marker.key} if marker.source == "example.org/team/app" else set()
    return keys


def without_remarks(change_set: ChangeSet) -> list[Change]:
    return [change for change in change_set.changes if not change.lasting]


def test_what_is_read_can_be_written_again() -> None:
    readable = 0
    for line in lines(1):
        with suppress(MarkerUnreadable):
            marker = decode(line)
            assert decode(encode(marker)) == marker
            readable += 1
    assert 100 < readable < HOW_MANY / 2, "or the lines are not worth reading"


@pytest.mark.parametrize("raw", RAW)
def test_each_raw_value_is_unreadable_or_does_no_harm(raw: str) -> None:
    for line in (f"<!-- techmap-sync: {raw} -->", honest("1").replace('"open"', raw), honest("1").replace("[[", raw)):
        with suppress(MarkerUnreadable):
            decode(line)


def test_a_marker_of_any_length_is_soon_read() -> None:
    begin = monotonic()
    for line in ("[" * 20_000_000, '{"schema":1,"keys":[' + '["a","1",0],' * 2_000_000):
        with pytest.raises(MarkerUnreadable):
            decode(f"<!-- techmap-sync: {line} -->")
    assert monotonic() - begin < 5


def test_strangers_keep_nothing_of_a_map_that_was_pushed_from_being_written() -> None:
    made = lines(2)
    tracker = pushed()
    alone = without_remarks(planned(tracker, MORE))
    for start in range(0, HOW_MANY, AT_ONCE):
        tracker = pushed()
        some = made[start : start + AT_ONCE]
        add(tracker, some, Standing.STRANGER)
        change_set = planned(tracker, MORE)
        assert [each.refusals for each in change_set.maps] == [()]
        assert planned(tracker, THREE).writes == ()
        assert "login/component/More" not in claimed(some)
        assert without_remarks(change_set) == alone
        assert not tracker.writes


def test_strangers_keep_nothing_of_a_new_map_from_being_written_but_the_keys_that_they_claim() -> None:
    made = lines(3)
    for start in range(0, HOW_MANY, AT_ONCE):
        tracker = MemoryTracker()
        some = made[start : start + AT_ONCE]
        add(tracker, some, Standing.STRANGER)
        change_set = planned(tracker, MORE)
        assert any(each.refusals for each in change_set.maps) is (TRACKING in claimed(some))
        created = {change.key for change in change_set.changes if change.action is Action.CREATE}
        assert created - {TRACKING} == {spec.key for spec in MORE.tasks} - claimed(some)


@pytest.mark.parametrize("standing", [Standing.MEMBER, Standing.SELF])
def test_no_marker_of_somebody_trusted_ends_a_run(standing: Standing) -> None:
    made = lines(4, 2_000)
    for start in range(0, len(made), AT_ONCE):
        tracker = pushed()
        add(tracker, made[start : start + AT_ONCE], standing)
        planned(tracker, MORE)
        assert not tracker.writes


def test_no_damage_to_our_own_tickets_ends_a_run() -> None:
    random = Random(5)
    for number in ("1", "2"):
        for line in islice(marker_lines(honest(number), random), DAMAGES):
            tracker = pushed()
            tracker.edit(number, body=body_of(line))
            planned(tracker, MORE)
            assert not tracker.writes
