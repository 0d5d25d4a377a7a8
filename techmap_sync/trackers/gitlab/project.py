"""The project that holds the tickets, found once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from techmap_sync.errors import TicketRefused
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.gitlab import client as shapes
from techmap_sync.trackers.gitlab.client import RefusedByGitLab, Wire
from techmap_sync.trackers.gitlab.errors import ACCESS, Complaint
from techmap_sync.trackers.http import AnswerTooLarge

PLANNER = 15
"""The lowest role that may edit issues of others and their labels ("Roles and permissions")."""


@dataclass(frozen=True, slots=True)
class Project:
    """What an adapter has to know of its project."""

    number: int
    path: str
    visibility: str
    has_blocking: bool
    """Whether links of the types ``blocks`` and ``is_blocked_by`` may be made: Premium and Ultimate."""
    is_archived: bool
    role: int | None
    """Access level of our account; None where GitLab does not tell."""

    @property
    def api(self) -> str:
        """Where its REST resources are."""
        return f"/projects/{self.number}"


def find(wire: Wire, target: str) -> Project:
    """Find the project by its path or number.

    :raises TrackerError: there is none that the token may see, it has moved, or it keeps no issues.
    """
    target = target.strip("/")
    answer = wire.read(f"/projects/{quote(target, safe='')}", "read the project", accepted={404})
    if answer.status == 404:
        what = f"there is no project {target} at {wire.base_url} that the token may see"
        raise wire.error(Complaint(what, f"check the path behind gitlab: and the token; {ACCESS}"))
    row = wire.shaped(shapes.PROJECT, answer.content)
    _check(wire, target, row)
    return _project(row)


def require_writable(wire: Wire, found: Project, account: int) -> None:
    """Make sure that our account may write issues with labels, as far as GitLab tells.

    The project's row leaves out roles that come by a group it is shared with: before it refuses, the members are asked.

    :param account: our number.
    :raises NotAllowed: its role does not suffice.
    :raises TrackerError: the project takes no changes, or GitLab did not answer.
    """
    if found.is_archived:
        raise wire.error(Complaint(f"the project {found.path} is archived", "unarchive it in its settings"))
    if found.role is None or found.role >= PLANNER:
        return
    answer = wire.read(f"{found.api}/members/all/{account}", "read our role", accepted={403, 404})
    level: int = wire.shaped(shapes.MEMBER, answer.content)["access_level"] if answer.succeeded else found.role
    if level < PLANNER:
        what = f"the account may not set labels in {found.path}, and nothing was written"
        raise wire.error(Complaint(what, ACCESS, denied=True))


def visibility(wire: Wire, path: str) -> str:
    """Return who can see another project, in GitLab's words; empty when the token cannot.

    :raises TrackerError: GitLab refused or did not answer.
    """
    answer = wire.read(f"/projects/{quote(path.strip('/'), safe='')}", "read the maps' project", accepted={403, 404})
    return str(wire.shaped(shapes.PROJECT, answer.content).get("visibility", "")) if answer.succeeded else ""


def _check(wire: Wire, target: str, row: Row) -> None:
    path = row["path_with_namespace"]
    # GitLab leads readers of an old path to the new one, and refuses writes there.
    if not target.isdigit() and path.casefold() != target.casefold():
        raise wire.error(Complaint(f"the project {target} has moved to {path}", f"write gitlab:{path}"))
    if row.get("issues_access_level") == "disabled" or row.get("issues_enabled") is False:
        hint = "turn them on in the project's settings: General, Visibility, project features, Issues"
        raise wire.error(Complaint(f"the project {path} keeps no issues", hint))


def _project(row: Row) -> Project:
    given = row.get("permissions") or {}
    roles = [access["access_level"] for access in given.values() if access]
    return Project(
        number=row["id"],
        path=row["path_with_namespace"],
        visibility=row.get("visibility", ""),
        # Shown from Premium on alone (GitLab's ee/lib/ee/api/entities/project.rb): a sign of the tier that costs no
        # further request. Where it promises too much, the first issue tells.
        has_blocking="approvals_before_merge" in row,
        is_archived=bool(row.get("archived")),
        role=max(roles, default=None),
    )


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
    found = find(wire, target)
    if found.is_archived:
        raise wire.error(Complaint(f"the project {found.path} is archived", "unarchive it in its settings"))
    return found.role is not None and found.role >= PLANNER
