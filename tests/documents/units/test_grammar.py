"""The table of a family: copied from another one, and refused where it cannot be right."""

from __future__ import annotations

import re
from typing import Any

import pytest

from techmap_sync.documents.units.family_tables import ALL
from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.errors import SettingsProblem

TABLES: dict[str, dict[str, Any]] = {
    ALL: {"optional": ["optional"]},
    "boats": {"folders": ["boats/*"], "ticket": "section", "id": r"B\d+"},
    "ours": {"like": "boats", "folders": ["work/*"], "ticket": "task"},
}


def test_a_family_has_the_words_of_all_and_of_the_one_that_it_is_like() -> None:
    ours = Grammar.named("ours", TABLES)
    assert (ours.folders, ours.id, ours.optional) == (("work/*",), r"B\d+", ("optional",))
    assert (ours.ticket, ours.each_task) == ("section", True)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"folder": ["a"]}, "family.ours.folder"),
        ({"folders": "a"}, "family.ours.folders"),
        ({"folders": [" "]}, "family.ours.folders"),
        ({"only_with_id": "yes"}, "family.ours.only_with_id"),
        ({"states": []}, "family.ours.states"),
        ({"ticket": "page"}, "family.ours.ticket"),
        ({"id": "("}, "family.ours.id"),
        ({"id": "(a+)+"}, "family.ours.id"),
        ({"id": "a" * 201}, "family.ours.id"),
        ({"like": "nothing"}, "family.ours.like"),
        ({"like": "ours"}, "family.ours.like"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_its_place(table: dict[str, Any], where: str) -> None:
    with pytest.raises(SettingsProblem) as raised:
        Grammar.named("ours", {"ours": table})
    assert raised.value.where == where


@pytest.mark.parametrize("name", ["theirs", ALL])
def test_a_family_without_a_table_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingsProblem) as raised:
        Grammar.named(name, TABLES)
    assert raised.value.hint == "known are: boats, ours"


def test_of_two_words_the_longer_is_tried_first_and_none_match_nothing() -> None:
    found = re.match(alternatives(["Task", "Task List"]), "Task  List")
    assert found and found[0] == "Task  List"
    assert not re.match(alternatives([]), "")


def test_words_are_compared_without_case_width_and_more_than_one_space() -> None:
    assert folded("  ＤＯＮＥ \n now") == "done now"
