"""What a document asks for its tickets wins over the settings; what it leaves open the settings say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.config import load_settings
from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import Document
from techmap_sync.documents.frontmatter import TicketFields
from techmap_sync.planning.asked import Asked, asked_of

OPTIONS = replace(load_settings(None, {}).plan_options(), milestone="v1", assignees=("tom",))


def asked(fields: TicketFields, *, owners_are_known: bool = False) -> Asked:
    document = Document("login", "Login", "maps/login.md", Span(1), fields=fields)
    return asked_of(document, OPTIONS, owners_are_known=owners_are_known)


def test_settings_count_where_the_document_says_nothing() -> None:
    assert asked(TicketFields()) == Asked("v1", frozenset(), ("tom",), False, "")
    assert asked(TicketFields(), owners_are_known=True) == Asked("v1", frozenset(), None, True, "")


@pytest.mark.parametrize("owners_are_known", [True, False])
def test_the_document_wins_over_settings_and_owners(owners_are_known: bool) -> None:
    said = TicketFields("", (), ("api",), "2026-12-01")
    assert asked(said, owners_are_known=owners_are_known) == Asked("", frozenset({"api"}), (), True, "2026-12-01")


@pytest.mark.parametrize("label", ["techmap:removed", "Techmap:Duplicate", "priority:high"])
def test_no_document_gets_a_label_that_has_a_meaning_of_ours(label: str) -> None:
    assert asked(TicketFields(labels=(label, "api"))).labels == {"api"}
