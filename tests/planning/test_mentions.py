"""What a text mentions: code spans as CommonMark reads them, in linear time."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.diagnostics import Span
from techmap_sync.documents.technical_map.model import Component, ComponentKind, TechnicalMap
from techmap_sync.documents.technical_map.technical_map_family import document_of
from techmap_sync.documents.work import Work
from techmap_sync.planning.mentions import _code_spans, mentioned, names_of
from tests.measure import measured
from tests.planning.graphs import component, edges, outline
from tests.planning.maps import SECTIONS

BY_SEARCH = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
"""The same in one pattern, which takes quadratic time."""


@given(st.text("`ab \n", max_size=40))
def test_code_spans_are_those_between_runs_of_as_many_backticks(text: str) -> None:
    assert list(_code_spans(text)) == [match[2] for match in BY_SEARCH.finditer(text)]


@pytest.mark.parametrize("runs", [500, 1000])
def test_growing_runs_of_backticks_take_no_longer_than_their_length(runs: int) -> None:
    """Each run is longer than the last, so none ends another; to search for each end took minutes."""
    text = " ".join("`" * length for length in range(1, runs))
    began = time.process_time()
    assert mentioned(names_of([]), text) == frozenset()
    assert time.process_time() - began < 2


def test_of_names_that_begin_alike_the_longest_counts() -> None:
    works = components("Gate Part", "Gate Part Store", "Gate Key")
    assert mentioned(names_of(works), "asks the Gate Part Store, and the gate key") == {1, 2}
    assert mentioned(names_of(works), "asks the Gate Part Stores") == {0}


def test_many_names_that_begin_alike_are_looked_up_by_each_word() -> None:
    names = names_of(components(*(f"Gate Part{n}" for n in range(3000))))
    with measured() as taken:
        assert mentioned(names, "Gate " * 3000) == frozenset()
    assert taken.seconds < 1


def components(*names: str) -> tuple[Work, ...]:
    where = Span(1)
    those = tuple(Component(name, ComponentKind.NEW, where, specified=True) for name in names)
    return document_of(TechnicalMap("T", where, components=those), SECTIONS).works


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Store", "Stoer"),
        ("TokenStore", "TokenStor"),
        ("TokenStore", "TokenStorre"),
        ("TokenStore", "Tokenstroe"),
        ("RateLimiter", "RateLimitter"),
        ("session cache", "sesion cache"),
    ],
)
def test_a_dependency_that_is_nearly_a_name_of_the_map_is_an_error_with_that_name(name: str, written: str) -> None:
    found = outline(component(name), component("Sender", written)).diagnostics
    assert [each.rule.id for each in found] == ["unknown-dependency"]
    assert f'depends on "{written}": did you mean {name}?' in found[0].message


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *(("Store", "Redis"), ("Reddis", "Redis"), ("Kafkas", "Kafka"), ("User", "Users"), ("Session", "Sessions")),
        *(("OAuth1Client", "OAuth2Client"), ("UserImporter", "UserExporter"), ("DB", "DBs"), ("Api", "App")),
        *(("RateLimiter", "DateLimiter"), ("Store", "the platform team"), ("Store", "boto3"), ("队列器", "队列机")),
    ],
)
def test_any_other_dependency_is_a_need_from_outside_and_a_note(name: str, written: str) -> None:
    found = outline(component(name), component("Sender", written))
    assert [(each.rule.id, each.severity.value) for each in found.diagnostics] == [("outside-need", "note")]
    assert written in found.diagnostics[0].message
    assert found.outside == ((), (written,))
    assert not edges(found)


@pytest.mark.parametrize("written", ["tokenstore", "Token-Store", "token_store", "`TokenStore`", "token store"])
def test_case_and_hyphens_make_no_other_name(written: str) -> None:
    found = outline(component("TokenStore"), component("Sender", written))
    assert not found.diagnostics
    assert edges(found) == {("Create Sender", "Create TokenStore")}


def test_what_is_called_external_is_never_an_error_and_still_an_edge_where_the_map_holds_it() -> None:
    sender = replace(component("Sender"), outside=("TokenStor", "TokenStore"))
    found = outline(component("TokenStore"), sender)
    assert [each.rule.id for each in found.diagnostics] == ["outside-need"]
    assert edges(found) == {("Create Sender", "Create TokenStore")}


def test_who_asks_waits_for_who_is_asked_and_both_may_say_so() -> None:
    store = replace(component("Store"), needed_by=("Sender", "the app"))
    sender = component("Sender", "Store")
    assert edges(outline(store, sender)) == {("Create Sender", "Create Store")}
    assert edges(outline(store, component("Sender"))) == {("Create Sender", "Create Store")}
    assert outline(store, sender).outside == (("Inbound: the app",), ())


def test_who_asks_under_nearly_a_name_of_the_map_is_an_error_with_that_name() -> None:
    store = replace(component("TokenStore"), needed_by=("SessionSendr",))
    found = outline(store, component("SessionSender"))
    assert [each.rule.id for each in found.diagnostics] == ["unknown-dependency"]
    assert "did you mean SessionSender?" in found.diagnostics[0].message
    assert not any(found.outside)


def test_an_explicit_dependency_stands_against_an_inbound_one() -> None:
    store = replace(component("Store", "Sender"), needed_by=("Sender",))
    found = outline(store, component("Sender"))
    assert not found.diagnostics
    assert edges(found) == {("Create Store", "Create Sender")}
