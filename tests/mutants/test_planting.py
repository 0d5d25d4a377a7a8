"""A fault reaches the classes that the program knows, and nothing else changes with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from techmap_sync.sync import block, changes, marker
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.tracker import CloseReason, EdgeKind, Ticket
from tests.mutants import planting
from tests.mutants.trial import every_mutant
from tests.sync.build import STORE, held

CREATE = changes.Create(STORE.key, STORE.title, spec=STORE)
CLOSE = changes.close(STORE.key, STORE.title, "2", Ending(Why.GONE), CloseReason.NOT_PLANNED)
REOPEN = changes.Reopen(STORE.key, STORE.title, spec=STORE)
UNLINK = changes.Unlink(STORE.key, STORE.title, edge=EdgeKind.BLOCKED_BY, target="other")
BOTH: list[object] = [CLOSE, REOPEN]
TICKET, LATER = Ticket("1", "", ""), Ticket("1", "", "", changed=datetime(2026, 1, 1, tzinfo=UTC))
BODY = held(STORE).ticket.body
LEDGER = marker.encode(marker.Marker("source", "map", "path", "key", ledger=marker.Ledger({"map/one": "1"})))
NEGATIVE = LEDGER.replace('["one","1",0]', '["one","1",-1]')


def untitled() -> marker.Marker:
    """Return a marker with the default values of the moment."""
    return marker.Marker("source", "map", "path", "key")


def raises(call: Callable[[], object], error: type[Exception]) -> bool:
    """Whether a call fails in this way."""
    try:
        call()
    except error:
        return True
    return False


def test_the_markers_are_as_they_should_be_on_sound_code() -> None:
    assert marker.decode(LEDGER).ledger == marker.Ledger({"map/one": "1"})
    assert NEGATIVE != LEDGER
    assert raises(lambda: marker.decode(NEGATIVE), marker.MarkerUnreadable)
    assert untitled().title == marker.WrittenField("", "")


def in_a_copy(module: str, function: str, change: str, holds: Callable[[], object]) -> bool:
    """Return whether something holds with a fault, in a copy of this process."""
    (mutant,) = (each for each in every_mutant([module]) if (each.key[1], each.key[3]) == (function, change))
    pid = os.fork()
    if not pid:
        try:
            planting.plant(mutant, planting.functions())
            os._exit(0 if holds() else 1)
        except BaseException:  # noqa: BLE001  # nothing of a copy may go on in its place
            os._exit(2)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 1)
    return not status


@pytest.mark.parametrize(
    ("module", "function", "change", "holds"),
    [
        ("changes", "", "Link | Unlink => Link", lambda: not isinstance(UNLINK, changes.LinkWrite)),
        ("changes", "_Change", "True => False", lambda: not CREATE.writes and CREATE.edits == ()),
        ("changes", "Link", "'' => 'mutant'", lambda: isinstance(CREATE, changes.Write)),
        (
            "changes",
            "",
            "Update | LabelOrphan | Close | Reopen => Update | LabelOrphan | Close",
            lambda: [isinstance(each, changes.TicketWrite) for each in BOTH] == [True, False],
        ),
        ("block", "", "'### ' => ''", lambda: isinstance(block.read_block(BODY), block.Block)),
        ("tracker", "Ticket", "field(default=None, compare=False) => field(default=None) (2)", lambda: TICKET != LATER),
        ("marker", "Marker", "'' => 'mutant' (2)", lambda: untitled().title == marker.WrittenField("mutant", "")),
        ("marker", "Ledger", "field(default_factory=dict) => field()", lambda: raises(marker.Ledger, TypeError)),
        ("marker", "", "0 => 1", lambda: raises(lambda: marker.decode(LEDGER), marker.MarkerUnreadable)),
        ("marker", "", "Field(ge=0) => Field()", lambda: isinstance(marker.decode(NEGATIVE), marker.Marker)),
        ("tracker", "Ticket", "0 => 1", lambda: Ticket("1", "", "").comments == 1 and LATER == TICKET),
    ],
)
def test_a_fault_reaches_the_classes_that_the_program_knows(
    module: str, function: str, change: str, holds: Callable[[], object]
) -> None:
    assert in_a_copy(module, function, change, holds)
