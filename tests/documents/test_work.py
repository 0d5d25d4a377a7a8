"""Edges lose their circles and what a longer path says, in linear time."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.documents.work import knots, reduced, without_circles
from tests.measure import measured

some_edges = st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7)), max_size=8)


def leads_to(edges: dict[int, set[int]], node: int) -> set[int]:
    """Return what can be reached in one step or more."""
    found: set[int] = set()
    todo = [*edges.get(node, ())]
    while todo:
        following = todo.pop()
        if following not in found:
            found.add(following)
            todo += edges.get(following, ())
    return found


@given(some_edges)
def test_exactly_the_edges_of_circles_go(edges: dict[int, set[int]]) -> None:
    kept, closing = without_circles(edges)
    assert {(a, b) for a, there in kept.items() for b in there} | {*closing} == {
        (a, b) for a, there in edges.items() for b in there
    }
    assert {*closing} == {(a, b) for a, there in edges.items() for b in there if a == b or a in leads_to(edges, b)}


@given(some_edges)
def test_the_shortest_edges_lead_as_far_as_all_of_them(edges: dict[int, set[int]]) -> None:
    kept, _ = without_circles(edges)
    short = reduced(kept)
    assert short.keys() == edges.keys()
    for node, there in short.items():
        assert leads_to(short, node) == leads_to(kept, node)
        assert not [(a, b) for a, b in product(there, there) if a in leads_to(kept, b)]


def test_a_long_chain_and_a_large_circle_take_no_longer_than_their_edges() -> None:
    """A search that looks through a list at each step takes half a minute here; one that calls itself fails."""
    size = 20_000
    chain = {node: {node + 1} for node in range(size)}
    circle = chain | {size: {0}}
    with measured() as taken:
        assert len({*knots(chain).values()}) == size + 1
        assert not any(without_circles(circle)[0].values())
    assert taken.seconds < 2
