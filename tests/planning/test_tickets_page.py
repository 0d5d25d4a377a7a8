"""The tickets of all maps of the corpus, counted, and the counting itself."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest

from techmap_sync.planning.task import Section, TaskPlan
from tests.planning.maps import CORPUS, ROOT
from tests.planning.tickets_page import ZERO, Backlog, backlog, backlogs, tickets_page


@lru_cache
def every() -> tuple[Backlog, ...]:
    return tuple(backlogs())


def test_the_page_is_what_the_maps_of_the_corpus_become() -> None:
    rows = [found.row() for found in every()]
    assert tickets_page(rows) == (ROOT / "docs" / "tickets.md").read_text("utf-8"), "run: make tickets"
    assert [(row["map"], name, row[name]) for row in rows for name in ZERO if row[name] != "0"] == []
    shares = [row["high"].split(" of ") for row in rows]
    assert all(2 * int(high) <= int(tickets) for high, tickets in shares)


def one() -> Backlog:
    found = backlog(CORPUS / "02-plan-change-proration.md")
    assert found is not None
    return found


def with_first_task(plan: TaskPlan, **changed: object) -> TaskPlan:
    return replace(plan, tasks=(replace(plan.tasks[0], **changed), *plan.tasks[1:]))  # type: ignore[arg-type]


def saying(text: str) -> Backlog:
    """The backlog with one more section in its first ticket."""
    found = one()
    first = found.plan.tasks[0]
    section = Section("detail", "Background", text, text)
    return replace(found, plan=with_first_task(found.plan, sections=(*first.sections, section)))


@pytest.mark.parametrize("rule", ["type", "name", "explicit", "order"])
def test_an_edge_that_no_ticket_shows_is_counted(rule: str) -> None:
    found = one()
    other = next(spec.key for spec in found.plan.tasks if spec.key.endswith("change/configuration"))
    plan = with_first_task(found.plan, blocked_by=(other,), blocked_because=(rule,))
    assert (plan.tasks[0].key, other) in list(replace(found, plan=plan).unexplained())


@pytest.mark.parametrize("box", ["**Heading**", "Done when:", "No card data is touched.", "About 3,000 changes a day"])
def test_a_box_that_is_no_work_is_counted(box: str) -> None:
    assert list(saying(f"- [ ] {box}\n").no_work()) == [box]


@pytest.mark.parametrize("line", ["Consider a retry.", "- [ ] Write a retry", "**Hints**"])
def test_a_line_that_the_map_does_not_say_is_counted(line: str) -> None:
    assert list(saying(line).invented()) == [line]


def test_a_line_of_the_map_and_a_fixed_phrase_are_not() -> None:
    assert list(saying("Entry point for upgrades and downgrades.\nThe map says nothing more.").invented()) == []


def test_a_line_in_no_ticket_and_a_title_cut_short_are_counted() -> None:
    found = one()
    assert int(replace(found, plan=with_first_task(found.plan, sections=())).row()["lost"]) > 0
    cut = replace(found, plan=with_first_task(found.plan, title="Create Proration…"))
    assert list(cut.cut_titles()) == ["Create Proration…"]


def test_a_ticket_that_nothing_waits_for_is_counted() -> None:
    found = one()
    alone = tuple(replace(spec, blocked_by=(), blocked_because=()) for spec in found.plan.tasks)
    built = [spec for spec in alone if spec.phase is not None and spec.phase.value == "build"]
    assert len(list(replace(found, plan=replace(found.plan, tasks=alone)).dead_ends())) == len(built)
