"""Errors that come with status 200 beside what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.trackers.answers import Answer
from techmap_sync.trackers.gitlab.client import GitLabClient
from techmap_sync.trackers.queries import QueryFailed, query_errors
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.faults import Fault

QUERY = "query { currentUser { username } }"


@pytest.fixture
def server() -> Iterator[Simulator]:
    with Simulator.running() as simulator:
        yield simulator


@pytest.fixture
def client(server: Simulator) -> GitLabClient:
    return GitLabClient(server.connection(), "gitlab:group/project")


@pytest.mark.parametrize(
    ("status", "errors", "count"),
    [
        (200, [{"message": "no"}], 1),
        (200, [{"message": "no"}, "odd", None], 1),
        (200, "odd", 0),
        (200, None, 0),
        (422, [{}], 0),
    ],
)
def test_only_rows_in_the_answer_to_a_query_are_its_errors(status: int, errors: Any, count: int) -> None:
    assert len(query_errors(Answer(status, {}, {"errors": errors}))) == count


def test_what_an_error_is_not_about_is_answered(server: Simulator, client: GitLabClient) -> None:
    server.fail(Fault(200, '{"data": {"a": null, "b": 1}, "errors": [{"message": "no", "path": ["a"]}]}'))
    found = client.ask(QUERY)
    assert found.data == {"a": None, "b": 1}
    assert [error["path"] for error in found.errors] == [["a"]]


def test_a_query_without_data_has_failed_in_the_words_of_the_server(server: Simulator, client: GitLabClient) -> None:
    server.fail(Fault(200, '{"errors": [{"message": "No such type"}, {"message": "no\\nother"}]}'))
    with pytest.raises(QueryFailed) as caught:
        client.ask(QUERY)
    assert caught.value.said == "No such type; no other"


@pytest.mark.parametrize("body", ["{}", '{"data": null}', '{"errors": "odd"}'])
def test_a_mutation_with_neither_data_nor_errors_may_have_taken_effect(
    server: Simulator, client: GitLabClient, body: str
) -> None:
    server.fail(Fault(200, body))
    with pytest.raises(OutcomeUnclear):
        client.mutate(["e0: x"])


def test_mutations_that_are_all_refused_have_no_answers(server: Simulator, client: GitLabClient) -> None:
    server.fail(Fault(200, '{"errors": [{"message": "no such field"}]}'))
    assert client.mutate(["e0: x"]).data == {}


def test_a_query_is_no_write_and_a_failure_is_no_lost_write(server: Simulator, client: GitLabClient) -> None:
    server.fail(Fault(502, "<html>"))
    with pytest.raises(TrackerError) as caught:
        client.ask(QUERY)
    assert not isinstance(caught.value, OutcomeUnclear)
    assert server.writes == []
