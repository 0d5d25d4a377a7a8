"""What is wrong with the tasks of a document: their identities and what they wait for."""

from __future__ import annotations

from techmap_sync.diagnostics import Span
from techmap_sync.planning.task_graph import duplicate_ids


def test_two_maps_with_one_identity_are_an_error_in_both() -> None:
    maps = [
        ("a.md", "login", Span(1)),
        ("b.md", "search", Span(1)),
        ("c.md", "login", Span(4)),
        ("d.md", "login", Span(1)),
    ]
    found = duplicate_ids(maps)
    assert [(f.path, f.span.line, f.severity.value) for f in found] == [
        ("a.md", 1, "error"), ("c.md", 4, "error"), ("d.md", 1, "error")
    ]  # fmt: skip
    assert "c.md and 1 more" in found[0].message
    assert duplicate_ids(maps[:2]) == ()
