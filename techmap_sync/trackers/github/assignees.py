"""The people of issues: https://docs.github.com/rest/issues/assignees"""

from __future__ import annotations

from collections.abc import Collection

from techmap_sync.errors import OutcomeUnclear
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.issues import ISSUE, Issues, people_of


class Assignees:
    """Assigns people and takes people away by the calls that leave all others alone."""

    def __init__(self, client: GitHubClient, issues: Issues) -> None:
        self._client = client
        self._issues = issues

    def change(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        """Assign people and take people away; return who is assigned then: whom GitHub does not take it drops silently.

        :raises OutcomeUnclear: it may or may not have been done.
        :raises TrackerError: the server refused.
        """
        for verb, names in (("POST", added), ("DELETE", removed)):
            if names:
                self._send(verb, number, [name.removeprefix("@") for name in names])
        return self._there(number)

    def _send(self, verb: str, number: str, names: list[str]) -> None:
        try:
            answer = self._client.write(verb, f"/issues/{number}/assignees", {"assignees": names})
            self._client.stored(ISSUE, answer.content)
        except OutcomeUnclear:
            there = {name.casefold() for name in self._there(number)}
            asked = {name.casefold() for name in names}
            if not (asked <= there if verb == "POST" else asked.isdisjoint(there)):
                raise

    def _there(self, number: str) -> frozenset[str]:
        return people_of(self._issues.required(number))
