"""Labels of a ticket: case never counts, outer spaces never reach a server, and only what we added is removed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.sync.merge import Decision, LabelChanges, has_label, label_changes
from tests.sync.build import POLICY, held, task

SPEC = task("Session", labels=frozenset({"Component", "phase:build"}))


def changes(there: set[str], ours: set[str] | None = None) -> LabelChanges:
    """Compare the labels of the task with those of a ticket.

    :param there: what the ticket has.
    :param ours: what the marker says we set; what the task wants when it is None.
    """
    before = held(SPEC)
    marker = before.marker if ours is None else replace(before.marker, labels=frozenset(ours))
    ticket = replace(before.ticket, labels=frozenset(there))
    return label_changes(SPEC, ticket, marker, Decision.NOTHING, POLICY)


def test_a_label_in_another_case_is_the_same_label() -> None:
    there = {label.upper() for label in SPEC.labels}
    assert changes(there) == LabelChanges()


def test_a_label_that_we_drop_is_removed_as_the_ticket_spells_it() -> None:
    found = changes({*SPEC.labels, "OLD"}, {*SPEC.labels, "old"})
    assert found.remove == {"OLD"}
    assert not found.add


def test_a_label_of_a_person_stays_in_any_case() -> None:
    assert not changes({*SPEC.labels, "urgent"}).remove


def test_a_label_that_a_person_took_off_is_named_as_we_spell_it() -> None:
    assert changes(set(SPEC.labels) - {"Component"}).taken == {"Component"}


@given(st.lists(st.sampled_from(sorted(SPEC.labels)), unique=True))
def test_spelling_changes_nothing_about_what_is_decided(kept: list[str]) -> None:
    there = set(kept)
    swapped = {label.swapcase() for label in there}
    assert changes(there) == changes(swapped)


def test_has_label_ignores_case() -> None:
    assert has_label({"Techmap"}, "techmap")
    assert not has_label({"Techmaps"}, "techmap")
