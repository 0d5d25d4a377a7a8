"""The labels and milestones of a repository: found by name, or created."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from typing_extensions import TypedDict

from techmap_sync.errors import OutcomeUnclear, TicketRefused, UnexpectedAnswer
from techmap_sync.trackers.answers import Answer, Number, Schema, Unexpected
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.http import RequestRefused


class _Label(TypedDict):
    name: str


class _Milestone(TypedDict):
    number: Number
    title: str


LABEL = Schema(_Label, "a label")
_MILESTONE = Schema(_Milestone, "a milestone")

_DESCRIPTION = "Set by techmap-sync from a technical map"
_GREY = "ededed"
"""GitHub's own colour for a label without one."""

_LABEL_LIMIT = 50


class Labels:
    """The labels and milestones; each list is read once, and again after a failed creation."""

    def __init__(self, client: GitHubClient, colors: Mapping[str, str]) -> None:
        self._client = client
        self._colors = colors
        self._labels: frozenset[str] | None = None
        self._milestones: dict[str, int] | None = None

    def require_labels(self, labels: Collection[str]) -> None:
        """Create the labels that the repository lacks. Case does not distinguish names.

        :raises TrackerError: a label could not be created.
        """
        for label in sorted(labels):
            if label.lower() not in self._known_labels():
                self._create_label(label)

    def has_milestone(self, title: str) -> bool:
        """Return whether there is a milestone, open or closed."""
        return title in self._known_milestones()

    def milestone(self, title: str) -> int:
        """Return the number of a milestone, open or closed, which is created when it is missing.

        :raises TrackerError: it could not be created.
        """
        if title not in self._known_milestones():
            self._create_milestone(title)
        return self._known_milestones()[title]

    def _known_labels(self) -> frozenset[str]:
        if self._labels is None:
            self._labels = frozenset(row["name"].lower() for row in self._client.rows("/labels", LABEL))
        return self._labels

    def _known_milestones(self) -> dict[str, int]:
        if self._milestones is None:
            rows = self._client.rows("/milestones", _MILESTONE, {"state": "all"})
            self._milestones = {row["title"]: row["number"] for row in rows}
        return self._milestones

    def _create_label(self, label: str) -> None:
        if len(label) > _LABEL_LIMIT:
            raise TicketRefused(
                self._client.tracker, f"the label {label} is longer than {_LABEL_LIMIT} characters", "shorten it"
            )
        color = self._colors.get(label, _GREY)
        try:
            self._client.write("POST", "/labels", {"name": label, "color": color, "description": _DESCRIPTION})
            self._labels = self._known_labels() | {label.lower()}
        except (RequestRefused, OutcomeUnclear):
            # Another client may have been faster, or the answer may have been lost.
            self._labels = None
            if label.lower() not in self._known_labels():
                raise

    def _create_milestone(self, title: str) -> None:
        try:
            answer = self._client.write("POST", "/milestones", {"title": title})
            row = self._client.parsed(_MILESTONE, answer.content)
        except (RequestRefused, OutcomeUnclear, UnexpectedAnswer) as error:
            self._milestones = None
            if title in self._known_milestones():
                return
            if isinstance(error, RequestRefused) and not error.affects_run:
                what = f"the milestone {title} could not be created: {error.what}"
                raise TicketRefused(self._client.tracker, what, "create it by hand", field="milestone") from error
            raise
        if row["title"].strip() != title.strip():
            what = f"{self._client.host} answered with another milestone than {title}"
            raise UnexpectedAnswer(self._client.tracker, what, "look at the milestones before the next run")
        self._known_milestones()[title] = row["number"]


def as_named(labels: Iterable[str]) -> set[str]:
    """Return labels as GitHub compares them: case does not count."""
    return {label.lower() for label in labels}


def labels_in(client: GitHubClient, answer: Answer) -> list[str]:
    """Return the labels in the answer to a write.

    :raises OutcomeUnclear: it is something else.
    """
    try:
        rows = answer.listed
    except Unexpected as unexpected:
        raise client.unclear(f"{client.host} answered a write with {unexpected}") from None
    return [client.stored(LABEL, row)["name"] for row in rows]
