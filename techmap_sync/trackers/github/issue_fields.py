"""What is set on an issue beyond its text and labels: its people, and the type and priority that organizations have.

https://docs.github.com/rest/issues/assignees, https://docs.github.com/rest/repos/issue-types and
https://docs.github.com/rest/orgs/issue-fields: type and priority are found by the names in the settings, and silently
dropped for an account without push access: https://docs.github.com/rest/issues/issues#create-an-issue
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft, Finding, Patch, Ticket
from techmap_sync.trackers.answers import Number, Row, Schema, Unexpected
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.issues import ISSUE, Issues, people_of

PRIORITIES = ("high", "medium", "low")


class _Type(TypedDict):
    name: str
    is_enabled: NotRequired[bool | None]


class _Option(TypedDict):
    name: str


class _Field(TypedDict):
    id: Number
    name: str
    data_type: str
    options: NotRequired[list[_Option] | None]


_TYPE, _FIELD = Schema(_Type, "an issue type"), Schema(_Field, "an issue field")


@dataclass(frozen=True, slots=True)
class PriorityField:
    """A field for priorities."""

    id: int
    options: Mapping[str, str]
    """The name of each option by ours: ``high`` -> ``High``."""


class IssueFields:
    """What the organization has of these; asked for once, and only where the settings name something."""

    def __init__(self, client: GitHubClient, settings: Mapping[str, object]) -> None:
        self._client = client
        self._type = str(settings.get("type") or "")
        self._priority = str(settings.get("priority_field") or "")

    @cached_property
    def type(self) -> str:
        """The type of tickets as GitHub writes it; empty where none is asked for, or there is none of this name."""
        rows = self._asked("/issue-types", _TYPE) if self._type else ()
        named = (row["name"] for row in rows if row.get("is_enabled") is not False)
        return next((str(name) for name in named if name.casefold() == self._type.casefold()), "")

    @cached_property
    def priority(self) -> PriorityField | None:
        """The field for priorities; None where none is asked for, or none has this name and all three options."""
        if not self._priority:
            return None
        owner = self._client.repository.partition("/")[0]
        for row in self._asked(self._client.outside(f"/orgs/{owner}/issue-fields"), _FIELD):
            names = {option["name"].casefold(): option["name"] for option in row.get("options") or ()}
            if row["name"].casefold() == self._priority.casefold() and names.keys() >= set(PRIORITIES):
                return PriorityField(row["id"], {name: names[name] for name in PRIORITIES})
        return None

    def to_send(self, wanted: Draft | Patch) -> dict[str, object]:
        """Return these fields of a new issue, or of a change."""
        fields: dict[str, object] = {}
        if wanted.type is not None and self.type:
            fields["type"] = wanted.type or None
        if wanted.priority in PRIORITIES and self.priority:
            value = self.priority.options[wanted.priority]
            fields["issue_field_values"] = [{"field_id": self.priority.id, "value": value}]
        return fields

    def shown(self, ticket: Ticket, row: Row) -> Ticket:
        """Return a ticket with what its row says of these fields."""
        if not self._type and not self._priority:
            return ticket
        priority = self._priority_in(row)
        return replace(ticket, type=(row.get("type") or {}).get("name") or "" if self.type else "", priority=priority)

    def examine(self) -> Iterable[Finding]:
        """Yield what of the settings was found, for ``doctor``."""
        repository = self._client.repository
        if self._type:
            what = f"{repository} has no issue type {self._type}: correct github.type"
            yield Finding("issue type", bool(self.type), f"tickets are of type {self.type}" if self.type else what)
        if self._priority:
            what = f"no issue field {self._priority} with the options High, Medium and Low can be read"
            hint = "labels say the priority; correct github.priority_field, or give the token read:org"
            said = f"priorities are in the issue field {self._priority}" if self.priority else f"{what}: {hint}"
            yield Finding("priority field", self.priority is not None, said)

    def _priority_in(self, row: Row) -> str | None:
        known, values = self.priority, row.get("issue_field_values")
        if known is None or values is None:
            return None
        options = (value.get("single_select_option") for value in values if value["issue_field_id"] == known.id)
        return next((str(option["name"]).casefold() for option in options if option), "")

    def _asked(self, path: str, schema: Schema) -> Iterable[Row]:
        """Return a list; nothing where the server has none, or the token may not read it: labels are enough then."""
        try:
            return [self._client.parsed(schema, row) for row in self._client.read(path).listed]
        except BudgetSpent:
            raise
        except (TrackerError, Unexpected):
            return ()


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
