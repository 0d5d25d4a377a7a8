"""What was understood of a map: lines that no ticket says are named."""

from __future__ import annotations

from techmap_sync.documents.base import Branch, Description
from techmap_sync.planning.lines import LOST, LineHome
from techmap_sync.reports.map_view import show_text

UNDERSTOOD = Description(Branch("Login"), {})


def test_a_line_in_no_ticket_is_named() -> None:
    tree = show_text(UNDERSTOOD, [LineHome(3, "login/component/counter"), LineHome(4, LOST), LineHome(5, "nothing")])
    last = tree.children[-1]
    assert [str(child.label) for child in last.children] == ["line 4"]
    assert str(last.label) == "lines in no ticket"


def test_nothing_is_named_where_every_line_has_a_ticket() -> None:
    assert not show_text(UNDERSTOOD, [LineHome(3, "login/component/counter")]).children[-1].children
