"""Whether a refusal is about one issue or about the whole run.

GitHub answers 403 and 404 to both: to a locked issue and to a token without rights, to an issue that is gone and to a
repository that is gone. The repository itself tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from techmap_sync.adapters.failures import AnswerTooLarge
from techmap_sync.adapters.github.api import Api
from techmap_sync.adapters.github.refusals import Refusal
from techmap_sync.errors import TicketRefused, TrackerError

_ABOUT_CONTENT = (400, 406, 409, 411, 412, 413, 414, 415, 422)
"""Status of a request that was understood and allowed, and whose content was not taken."""
_RIGHTS = re.compile(r"not accessible|must have|access|permission|scope|forbidden|not found", re.IGNORECASE)


@contextmanager
def one_issue(api: Api, name: str) -> Iterator[None]:
    """Tell a refusal of this issue from a refusal of everything.

    :raises TicketRefused: the repository takes other issues, as far as it tells.
    :raises TrackerError: it is the token, the repository or the server.
    """
    try:
        yield
    except AnswerTooLarge as error:
        raise TicketRefused(error.tracker, error.what, error.hint) from error
    except Refusal as error:
        raise _judged(api, name, error) from error


def _judged(api: Api, name: str, error: Refusal) -> TrackerError:
    if error.of_run:
        return error
    if error.status not in _ABOUT_CONTENT:
        try:
            row = api.repository_row("")
        except Refusal as of_run:
            return of_run
        if row.get("archived") or row.get("disabled"):
            return TrackerError(name, f"{api.repository} is read-only", "unarchive it, or name another repository")
        if row.get("has_issues") is False:
            what = f"issues are disabled in {api.repository}"
            return TrackerError(name, what, "enable them in the repository's settings")
    denied = error.status in (401, 403, 404) and bool(_RIGHTS.search(error.said) or not error.said)
    return TicketRefused(name, error.what, error.hint, denied, error.field)
