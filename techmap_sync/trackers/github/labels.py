"""The labels and milestones of a repository: found, or created when they are missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote

from techmap_sync.errors import OutcomeUnclear, TicketRefused, UnexpectedAnswer
from techmap_sync.sync.tracker import Standing
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.github import issues as shapes
from techmap_sync.trackers.github.client import Api
from techmap_sync.trackers.github.errors import Refusal

_DESCRIPTION = "Set by techmap-sync from a technical map"
_GREY = "ededed"
"""The colour of GitHub's own for a label that has none."""

_LABEL_LIMIT = 50


class Catalog:
    """Reads each list once, and when something was created."""

    def __init__(self, api: Api, name: str, colors: Mapping[str, str]) -> None:
        self._api = api
        self._name = name
        self._colors = colors
        self._labels: frozenset[str] | None = None
        self._milestones: dict[str, int] | None = None

    def require_labels(self, labels: Collection[str]) -> None:
        """Create the labels that the repository lacks. Names differ in more than their case.

        :raises TrackerError: a label could not be created.
        """
        for label in sorted(labels):
            if label.lower() not in self._known_labels():
                self._create_label(label)

    def has_milestone(self, title: str) -> bool:
        """Return whether there is a milestone, open or closed."""
        return title in self._known_milestones()

    def milestone(self, title: str) -> int:
        """Return the number of a milestone, open or closed, which is created when there is none of this title.

        :raises TrackerError: it could not be created.
        """
        if title not in self._known_milestones():
            self._create_milestone(title)
        return self._known_milestones()[title]

    def _known_labels(self) -> frozenset[str]:
        if self._labels is None:
            self._labels = frozenset(row["name"].lower() for row in self._api.pages("/labels", shapes.LABEL))
        return self._labels

    def _known_milestones(self) -> dict[str, int]:
        if self._milestones is None:
            rows = self._api.pages("/milestones", shapes.MILESTONE, {"state": "all"})
            self._milestones = {row["title"]: row["number"] for row in rows}
        return self._milestones

    def _create_label(self, label: str) -> None:
        if len(label) > _LABEL_LIMIT:
            raise TicketRefused(self._name, f"the label {label} is longer than {_LABEL_LIMIT} characters", "shorten it")
        color = self._colors.get(label, _GREY)
        try:
            self._api.write("POST", "/labels", {"name": label, "color": color, "description": _DESCRIPTION})
            self._labels = self._known_labels() | {label.lower()}
        except (Refusal, OutcomeUnclear):
            # Somebody else may have been faster, or the answer got lost.
            self._labels = None
            if label.lower() not in self._known_labels():
                raise

    def _create_milestone(self, title: str) -> None:
        try:
            answer = self._api.write("POST", "/milestones", {"title": title})
            row = self._api.shaped(shapes.MILESTONE, answer.data)
        except (Refusal, OutcomeUnclear, UnexpectedAnswer) as error:
            self._milestones = None
            if title in self._known_milestones():
                return
            if isinstance(error, Refusal) and not error.of_run:
                what = f"the milestone {title} could not be created: {error.what}"
                raise TicketRefused(self._name, what, "create it by hand", field="milestone") from error
            raise
        if row["title"].strip() != title.strip():
            what = f"{self._api.host} answered with another milestone than {title}"
            raise UnexpectedAnswer(self._name, what, "look at the milestones before the next run")
        self._known_milestones()[title] = row["number"]


_ROLES = ("triage", "write", "maintain", "admin")
"""Those that may edit issues and labels of others."""
_PERMISSIONS = ("write", "admin")
_LESSER = ("read", "none")
_UNAUTHORIZED = 401


class People:
    """Accounts by their logins."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, Standing | None] = {}

    def standings(self, logins: Collection[str]) -> Mapping[str, Standing]:
        """Return what some accounts are to the repository; those of which GitHub does not tell are left out.

        :raises TrackerError: the server did not answer.
        """
        for login in logins:
            if login not in self._known:
                self._known[login] = self._asked(login)
        return {login: known for login in logins if (known := self._known[login]) is not None}

    def _asked(self, login: str) -> Standing | None:
        """Ask for one; None where the token's account lacks push access (403), or the author is a bot (404).

        https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """
        try:
            row = self._api.row(f"/collaborators/{quote(login, safe='')}/permission", shapes.PERMISSION)
        except Refusal as error:
            if error.status == _UNAUTHORIZED:
                raise
            return None
        return Standing.MEMBER if _may_edit(row) else Standing.STRANGER


def _may_edit(row: Row) -> bool:
    """Return whether a role is at least Triage. One that an organization made is told by the one that it is built on.

    Triage itself is ``read`` among the permissions, and servers before GitHub Enterprise Server 3.4 tell no roles.
    """
    role = row.get("role_name")
    return role in _ROLES or (role not in _LESSER and row.get("permission") in _PERMISSIONS)
