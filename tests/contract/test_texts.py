"""What every tracker must do with texts that nobody controls. Each test's name is the rule."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from techmap_sync.sync.tracker import Patch, Tracker
from tests.contract.steps import LABEL, created, listed, read
from tests.contract.texts import BODIES, TITLES


def kept(tracker: Tracker, body: str) -> str:
    """What the tracker keeps of a text."""
    return body if tracker.capabilities.text_ends_kept else body.rstrip("\0\t\n\v\f\r ")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_comes_back_as_it_was_given(tracker: Tracker, body: str) -> None:
    ticket = created(tracker, body=body)
    assert ticket.body == kept(tracker, body)
    assert read(tracker, ticket.number).body == kept(tracker, body)
    assert listed(tracker)[ticket.number].body == kept(tracker, body)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_is_replaced_as_it_is_given(tracker: Tracker, body: str) -> None:
    ticket = created(tracker, body="Before")
    assert tracker.update(ticket.number, Patch(body=body)).body == kept(tracker, body)
    assert tracker.update(ticket.number, Patch(body="After")).body == "After"
    assert read(tracker, ticket.number).title == ticket.title


def test_line_ends_may_be_normalised_but_no_line_is_lost(tracker: Tracker) -> None:
    body = created(tracker, body="one\r\ntwo\n\r\nthree\r\n").body
    assert body.splitlines() == ["one", "two", "", "three"]


def test_a_body_up_to_the_limit_comes_back_whole(tracker: Tracker) -> None:
    line = "- [ ] an item ✔\n"
    body = line * (min(tracker.capabilities.body_limit, 200_000) // len(line))
    assert read(tracker, created(tracker, body=body).number).body == kept(tracker, body)


@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_a_title_comes_back_as_it_was_given(tracker: Tracker, title: str) -> None:
    title = title[: tracker.capabilities.title_limit]
    ticket = created(tracker, title)
    assert ticket.title == title
    assert listed(tracker)[ticket.number].title == title
    assert tracker.update(ticket.number, Patch(title=f"x{title[1:]}")).title == f"x{title[1:]}"
    assert tracker.update(ticket.number, Patch(title=title)).title == title


def test_a_title_is_one_line(tracker: Tracker) -> None:
    ticket = created(tracker, "two\nlines\r\n  and three ")
    assert ticket.title == "two lines and three"
    assert tracker.update(ticket.number, Patch(title="two\nlines")).title == "two lines"


_texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60)
_hostile = st.lists(_texts | st.sampled_from(sorted(BODIES.values())), max_size=4).map("\n".join)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_hostile)
def test_any_body_comes_back_and_harms_no_other_ticket(tracker: Tracker, body: str) -> None:
    before = tracker.snapshot(LABEL).by_number()
    ticket = created(tracker, body=body)
    assert read(tracker, ticket.number).body == kept(tracker, body)
    assert {n: t for n, t in listed(tracker).items() if n != ticket.number} == before
