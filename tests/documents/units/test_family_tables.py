"""The table of a family before a grammar is made of it: its places, and where they are not lists."""

from __future__ import annotations

import pytest

from techmap_sync.documents.units.family_tables import places_in, table_of
from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.errors import SettingsProblem
from tests.documents.units.test_grammar import TABLES


@pytest.mark.parametrize("name", ["boats", "ours"])
def test_the_places_of_a_table_are_those_of_its_grammar(name: str) -> None:
    assert places_in(name, table_of(name, TABLES)) == Grammar.named(name, TABLES).places != ()


def test_places_that_are_not_a_list_are_refused_with_their_key() -> None:
    with pytest.raises(SettingsProblem) as raised:
        places_in("ours", {"files": "todo.md"})
    assert raised.value.where == "family.ours.files"
