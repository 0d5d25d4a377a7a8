"""What the authors of components say that these need, within the map and outside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.planning.graphs import component, edges, outline


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
