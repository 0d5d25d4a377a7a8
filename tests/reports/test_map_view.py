"""What was understood of a map: lines that no ticket says are named, and nothing is cut off."""

from __future__ import annotations

from techmap_sync.documents.base import Branch, Description
from techmap_sync.planning.lines import LOST, LineHome
from techmap_sync.reports.map_view import show_text

UNDERSTOOD = Description(Branch("Login"), {})


def test_a_line_in_no_ticket_is_named() -> None:
    homes = [LineHome(3, "login/component/counter"), LineHome(4, LOST), LineHome(5, "nothing")]
    shown = show_text(UNDERSTOOD, homes).plain
    assert shown.splitlines() == ["Login", "└── lines in no ticket", "    └── line 4"]


def test_nothing_is_named_where_every_line_has_a_ticket() -> None:
    shown = show_text(UNDERSTOOD, [LineHome(3, "login/component/counter")]).plain
    assert shown.splitlines() == ["Login", "└── every line is in a ticket"]


def test_a_long_line_keeps_the_line_number_at_its_end() -> None:
    item = Branch(f"[ ] {'word ' * 60}end, line 85")
    tree = Branch("Login", (Branch("changes", (item, Branch("b"))), Branch("tests")))
    shown = show_text(Description(tree, {}), ()).plain.splitlines()
    assert shown[2] == f"│   ├── {item.text}"
    assert shown[3:] == ["│   └── b", "└── tests"]
