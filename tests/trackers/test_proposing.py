"""A token that may not propose changes is named as that, with what to change; other refusals stay as they are."""

from __future__ import annotations

import pytest

from techmap_sync.errors import NotAllowed
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.proposing import may_propose


def refusal(status: int) -> RequestRefused:
    return RequestRefused("github:octo/maps", "refused", status=status)


def denied(said: str) -> NotAllowed:
    return NotAllowed("github:octo/maps", f"not allowed: {said}", "give it more")


@pytest.mark.parametrize("status", [401, 403])
def test_a_denied_request_says_what_the_token_needs(status: int) -> None:
    with pytest.raises(NotAllowed) as raised, may_propose(denied):
        raise refusal(status)
    assert raised.value.hint == "give it more"


@pytest.mark.parametrize("status", [404, 409, 422])
def test_any_other_refusal_stays_what_it_is(status: int) -> None:
    with pytest.raises(RequestRefused), may_propose(denied):
        raise refusal(status)
