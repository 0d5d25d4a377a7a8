"""The page of rules in the documentation is what the code says."""

from __future__ import annotations

from techmap_sync.planning.task_graph import EVERY_RULE
from techmap_sync.reports.rules_page import rules_page
from tests.app.run import ROOT


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == rules_page(EVERY_RULE.values()), "run `make docs`"


def test_the_page_explains_every_rule() -> None:
    page = rules_page(EVERY_RULE.values())
    assert all(f"\n## {rule}\n" in page for rule in EVERY_RULE)
