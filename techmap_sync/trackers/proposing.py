"""What proposing changes to files has in common on all servers: the permission that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from techmap_sync.errors import NotAllowed
from techmap_sync.trackers.http import RequestRefused

_DENIED = (401, 403)


@contextmanager
def may_propose(denied: Callable[[str], NotAllowed]) -> Iterator[None]:
    """Say what a token lacks whose request for a proposal was denied.

    :param denied: makes the error from the server's words
    :raises NotAllowed: the server denied a request of the block.
    """
    try:
        yield
    except RequestRefused as refusal:
        if refusal.status not in _DENIED:
            raise
        raise denied(refusal.said) from refusal
