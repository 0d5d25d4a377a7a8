"""Pairing by likeness: clear pairs are made, doubtful ones held, and a second look decides the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.sync.renames import CLEAR, Likeness, Pairing, pair_up

KEYS = "abcdef"
LIKELY = st.dictionaries(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)),
    st.sampled_from([0.6, 0.65, 0.7, 0.75, 0.9, 1.0]),
    max_size=14,
)


def held_tasks(pairing: Pairing) -> set[str]:
    return {new for new, _ in pairing.doubtful}


def held_tickets(pairing: Pairing) -> set[str]:
    return {old for _, old in pairing.doubtful}


def test_what_leads_is_paired_and_what_is_left_then_too() -> None:
    likely = {("x", "a"): 1.0, ("x", "b"): 0.8, ("y", "b"): 0.85}
    assert pair_up(likely, {"a", "b"}, set()) == Pairing({"a": "x", "b": "y"}, ())


def test_what_does_not_lead_is_held() -> None:
    assert pair_up({("x", "a"): 1.0, ("x", "b"): 0.95}, {"a", "b"}, set()) == Pairing({}, (("x", "a"), ("x", "b")))


def test_names_that_were_swapped_are_swapped() -> None:
    assert pair_up({("a", "b"): 0.9, ("b", "a"): 0.9}, {"a", "b"}, set()).found == {"a": "b", "b": "a"}


def test_a_task_whose_ticket_has_no_other_key_to_go_to_is_no_rival() -> None:
    assert pair_up({("a", "b"): 1.0, ("x", "b"): 1.0}, {"a", "b"}, set()).found == {"b": "x"}


def test_a_key_that_its_ticket_leaves_for_certain_is_free() -> None:
    assert pair_up({("a", "b"): 1.0}, {"a", "b"}, {"a"}).found == {"b": "a"}
    assert pair_up({("a", "b"): 1.0}, {"a", "b"}, set()).found == {}


def test_nothing_takes_the_key_of_a_ticket_that_is_held() -> None:
    likely = {("a", "b"): 1.0, ("x", "a"): 0.9, ("y", "a"): 0.9}
    pairing = pair_up(likely, {"a", "b"}, set())
    assert not pairing.found
    assert held_tasks(pairing) == {"a", "x", "y"}
    assert held_tickets(pairing) == {"a", "b"}


@settings(max_examples=500, deadline=None)
@given(LIKELY, st.sets(st.sampled_from(KEYS)))
def test_no_two_tickets_get_one_key(likely: Likeness, more: set[str]) -> None:
    borne = {old for _, old in likely} | more
    pairing = pair_up(likely, borne, set())
    keys = [pairing.found.get(old, old) for old in borne]
    assert len(set(keys)) == len(keys)
    assert held_tasks(pairing).isdisjoint(pairing.found.values())
    assert held_tickets(pairing).isdisjoint(pairing.found)
    for old, new in pairing.found.items():
        assert likely[new, old] > CLEAR


@settings(max_examples=1000, deadline=None)
@given(LIKELY, st.sets(st.sampled_from(KEYS)))
def test_when_the_clear_pairs_are_written_the_next_push_decides_the_same(likely: Likeness, more: set[str]) -> None:
    borne = {old for _, old in likely} | more
    first = pair_up(likely, borne, set())
    # What is held stays as it is; all else is written and alike then, made anew, or gone.
    tasks, tickets = held_tasks(first), held_tickets(first)
    left = {(new, old): score for (new, old), score in likely.items() if new in tasks and old in tickets}
    second = pair_up(left, {first.found.get(old, old) for old in borne}, set())
    assert not second.moving
    assert (held_tasks(second), held_tickets(second)) == (tasks, tickets)
