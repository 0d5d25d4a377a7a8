"""What proposing changes to files has in common on all servers: the permission that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from techmap_sync.errors import NotAllowed
from techmap_sync.trackers.http import RequestRefused

_DENIED = (401, 403)


@contextmanager
def may_propose(tracker: str, advice: str) -> Iterator[None]:
    """Say what a token lacks whose request for a proposal was denied.

    :param tracker: as errors name it
    :param advice: what to change
    :raises NotAllowed: the server denied a request of the block.
    """
    try:
        yield
    except RequestRefused as refusal:
        if refusal.status not in _DENIED:
            raise
        raise NotAllowed(tracker, f"the token may not propose changes: {refusal.said}", advice) from refusal
