"""Whether a refusal is about one issue or about the whole run: the project and our role in it tell them apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from techmap_sync.adapters.failures import AnswerTooLarge
from techmap_sync.adapters.gitlab import project
from techmap_sync.adapters.gitlab.problems import Complaint
from techmap_sync.adapters.gitlab.project import PLANNER
from techmap_sync.adapters.gitlab.wire import RefusedByGitLab, Wire
from techmap_sync.errors import TicketRefused

_ABOUT_CONTENT = (400, 406, 409, 412, 413, 414, 415, 422)
"""Status of a request that was understood and allowed, and whose content was not taken."""


@contextmanager
def one_issue(wire: Wire, target: str) -> Iterator[None]:
    """Tell a refusal of this issue from a refusal of everything.

    :param target: path or number of the project.
    :raises TicketRefused: the project takes other issues, as far as it tells.
    :raises TrackerError: it is the token, the project or the server.
    """
    try:
        yield
    except AnswerTooLarge as error:
        raise TicketRefused(error.tracker, error.what, error.hint) from error
    except RefusedByGitLab as error:
        if error.of_run:
            raise
        is_denied = error.status not in _ABOUT_CONTENT and not _may_write(wire, target)
        raise TicketRefused(error.tracker, error.what, error.hint, is_denied) from error


def _may_write(wire: Wire, target: str) -> bool:
    """Return whether our role is known to suffice.

    :raises TrackerError: the project is gone, archived or without issues.
    """
    found = project.find(wire, target)
    if found.is_archived:
        raise wire.error(Complaint(f"the project {found.path} is archived", "unarchive it in its settings"))
    return found.role is not None and found.role >= PLANNER
