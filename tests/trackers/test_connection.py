"""A token is checked before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from techmap_sync.errors import UsageProblem
from techmap_sync.trackers.connection import Connection, Secret, require_token


def connection(token: str) -> Connection:
    return Connection("target", lambda: datetime.now(UTC), 30.0, token=Secret(token))


def test_white_space_around_a_token_is_dropped() -> None:
    assert require_token(connection(" token-of-tests\n"), "GitLab", "log in") == "token-of-tests"


@pytest.mark.parametrize("token", ["two words", "one\ntwo", "tökens", "a\x00b", "a\tb"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        require_token(connection(token), "GitLab", "log in")
    assert token not in repr(caught.value)


@pytest.mark.parametrize("token", ["", " ", "\n"])
def test_no_token_is_answered_with_the_way_to_one(token: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        require_token(connection(token), "GitLab", "log in")
    assert caught.value.hint == "log in"
