"""Each verb of the port, each fault of a server, before its effect and after it, on GitHub and GitLab.

Whatever happens, the run ends with outcomes or one error, nothing is made twice, and the next run ends as if nothing
had happened. By default each verb meets some of the faults, and every fault some of the verbs.
"""

from __future__ import annotations

import pytest

from tests.fakes.memory import When
from tests.faults import FAULTS
from tests.measure import untraced
from tests.sampling import sampling
from tests.trackers.faulty_runs import BELIEVED, SCENARIOS, SENDS, VERBS, Cell, Scene, cells
from tests.trackers.in_process import VENDORS

RUNS = [(vendor, verb) for vendor in VENDORS for verb in VERBS if SENDS[verb][vendor]]
AT_ONCE = 4


FOUND = [
    ("github", "remove_labels", "nothing"),
    ("github", "remove_labels", "202"),
    ("github", "assign", "no fields"),
    ("gitlab", "link", "202"),
    ("gitlab", "unlink", "nothing"),
    ("gitlab", "unlink", "404"),
]
"""What once was taken for done, though the server had done nothing."""


def struck(vendor: str, verb: str) -> list[Cell]:
    """Return the cells of a verb that are tried in this test run."""
    possible = [cell for cell in cells([vendor], [verb]) if not cell.reason_against]
    return sampling.in_turn("faults at verbs", possible, AT_ONCE, RUNS.index((vendor, verb)))


def test_every_cell_is_tried_or_says_why_not() -> None:
    every = cells()
    assert len(every) == len(VENDORS) * len(VERBS) * len(FAULTS) * 2
    missing = [str(cell) for cell in every if not cell.reason_against and not cell.places()]
    assert not missing, "no scenario of tests/trackers/faulty_runs.py sends such a request"
    excused = [cell for cell in every if cell.reason_against and cell.when in cell.fault.moments]
    assert not [f"{cell} can be tried" for cell in excused if cell.places()]


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_verbs_send_what_the_table_says(vendor: str) -> None:
    asked = [each for scenario in SCENARIOS for each in Scene.of(vendor, scenario).asked]
    sent = {verb: frozenset(each.sent for each in asked if each.verb == verb) for verb in VERBS}
    assert sent == {verb: SENDS[verb][vendor] for verb in VERBS}


def test_every_fault_is_met_in_a_sample() -> None:
    met = {cell.fault.name for vendor, verb in RUNS for cell in struck(vendor, verb)}
    assert met == {fault.name for fault in FAULTS}


def test_what_is_believed_is_about_verbs_and_faults_that_exist() -> None:
    known = {fault.name for fault in FAULTS}
    assert all(verb in VERBS and faults <= known and why for verb, faults, why in BELIEVED)


def wrong_with(cell: Cell, turn: int) -> list[str]:
    """Strike the requests of a cell, or in a sample one of them; return what is wrong then."""
    wrong = []
    with untraced():
        for asked in sampling.in_turn("requests of a verb at a fault", cell.places(), 1, turn):
            if said := Scene.of(cell.vendor, asked.scenario).strike(cell, asked):
                wrong.append(f"{cell}, {asked.scenario}, {asked.name}: {said}")
    return wrong


@pytest.mark.parametrize(("vendor", "verb"), RUNS)
def test_a_faulty_request_ends_clearly_doubles_nothing_and_heals(vendor: str, verb: str) -> None:
    first = RUNS.index((vendor, verb)) * AT_ONCE
    wrong = [said for turn, cell in enumerate(struck(vendor, verb), first) for said in wrong_with(cell, turn)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("vendor", "verb", "fault"), FOUND)
def test_an_answer_that_says_nothing_is_not_taken_for_done(vendor: str, verb: str, fault: str) -> None:
    (known,) = (each for each in FAULTS if each.name == fault)
    cell = Cell(vendor, verb, known, When.BEFORE)
    wrong = [said for turn, _ in enumerate(cell.places()) for said in wrong_with(cell, turn)]
    assert not wrong, "\n".join(wrong)
