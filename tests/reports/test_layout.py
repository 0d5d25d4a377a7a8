"""The graph of a map as numbers."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.documents.work import Phase
from techmap_sync.reports.html.layout import HEIGHT, WIDTH, drawing_of

Graph = tuple[dict[str, Phase], list[tuple[str, str]]]
GRAPHS = st.lists(st.sampled_from(list(Phase)), min_size=1, max_size=14).flatmap(
    lambda phases: st.tuples(
        st.just({str(number): phase for number, phase in enumerate(phases)}),
        st.lists(st.tuples(*[st.integers(0, len(phases) - 1).map(str)] * 2), max_size=24, unique=True),
    )
)


@given(GRAPHS)
@settings(max_examples=150, deadline=None)
def test_no_two_tasks_overlap_and_phases_follow_each_other(graph: Graph) -> None:
    """Also with circles and arrows that lead back, which only people can make."""
    phases, edges = graph
    drawing = drawing_of(phases, edges)
    assert drawing.places.keys() == phases.keys()
    for (x, y), (u, v) in combinations(drawing.places.values(), 2):
        assert abs(x - u) >= WIDTH or abs(y - v) >= HEIGHT
    for x, y in drawing.places.values():
        assert 0 <= x <= drawing.width - WIDTH
        assert -0.01 <= y <= drawing.height - HEIGHT + 0.01
    edges_of_bands = [edge for _, left, right in drawing.columns for edge in (left, right)]
    assert edges_of_bands == sorted(edges_of_bands)
    assert len(drawing.arrows) == len({edge for edge in edges if edge[0] != edge[1]})


def test_a_task_stands_right_of_what_it_waits_for() -> None:
    phases = {"a": Phase.BUILD, "b": Phase.BUILD, "c": Phase.TEST, "d": Phase.DEPLOY}
    edges = [("b", "a"), ("c", "b"), ("d", "a"), ("d", "c")]
    drawing = drawing_of(phases, edges)
    assert all(drawing.places[task][0] > drawing.places[target][0] for task, target in edges)
    long_way = next(arrow for arrow in drawing.arrows if (arrow.start, arrow.end) == ("a", "d"))
    assert len(long_way.points) == 4, "it passes the columns between them"


def test_an_order_without_crossings_is_found() -> None:
    phases = dict.fromkeys("abcxyz", Phase.BUILD)
    drawing = drawing_of(phases, [("x", "c"), ("y", "b"), ("z", "a")])
    heights = {key: place[1] for key, place in drawing.places.items()}
    partner = {"x": "c", "y": "b", "z": "a"}
    assert sorted("abc", key=heights.__getitem__) == [partner[k] for k in sorted("xyz", key=heights.__getitem__)]
    assert heights["c"] == heights["x"], "an arrow that may be straight is straight"
