"""A Projects board that new tickets join: https://docs.github.com/issues/planning-and-tracking-with-projects

Its fields named like ours are set once, when a ticket joins. Nothing is ever moved or taken off: the board is people's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.sync.tracker import Finding
from techmap_sync.trackers.answers import Row, Schema, Unexpected
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.issues import Issues

FIELDS = ("Priority", "Phase")
"""The fields that are set, where the board has a single-select field and an option of these names."""
_NAME = lazy(r"(?P<owner>[\w.-]+)/(?P<number>\d{1,9})", re.ASCII)
_ID = lazy(r"[\w=+/-]{1,200}", re.ASCII)
_AT_ONCE = 10
_VALUE = "... on ProjectV2ItemFieldSingleSelectValue { name }"
_VALUES_NOW = " ".join(f'{name.lower()}: fieldValueByName(name: "{name}") {{ {_VALUE} }}' for name in FIELDS)
_WAY_OUT = "correct github.project, or give the token the scope project"


class _Option(TypedDict):
    id: str
    name: str


class _Field(TypedDict):
    id: str
    name: str
    options: list[_Option]


_FIELD = Schema(_Field, "a field of a board")


@dataclass(frozen=True, slots=True)
class _Project:
    """A board that was found."""

    id: str
    title: str
    fields: Mapping[str, tuple[str, Mapping[str, str]]]
    """Id of each field, and the ids of its options, all by their names in lower case."""


class Board:
    """The board that the settings name; it is looked up when the first ticket joins."""

    def __init__(self, client: GitHubClient, issues: Issues, settings: Mapping[str, object]) -> None:
        self._client = client
        self._issues = issues
        self.name = str(settings.get("project") or "")
        self._is_refused = False

    def join(self, tickets: Mapping[str, Mapping[str, str]]) -> str:
        """Put issues on the board, and set its fields on those that have none there.

        :param tickets: number -> value by field, ``{"Priority": "high"}``.
        :return: what went wrong, once a run; empty when nothing did.
        """
        if not self.name or self._is_refused or not tickets:
            return ""
        try:
            left = [number for some in _batches(list(tickets)) for number in self._joined(some, tickets)]
        except BudgetSpent:
            raise
        except TrackerError as error:
            return self._refused(error.what)
        return self._refused(f"{len(left)} tickets, {left[0]} first, were not taken") if left else ""

    def examine(self) -> Iterable[Finding]:
        """Yield whether the board can be seen, for ``doctor``."""
        if self.name:
            found = self._project
            fields = ", ".join(name for name in FIELDS if found and name.casefold() in found.fields) or "none"
            said = f"new tickets join {found.title}; fields that are set: {fields}" if found else ""
            yield Finding("board", bool(found), said or f"there is no board {self.name}, or it is hidden: {_WAY_OUT}")

    def _refused(self, what: str) -> str:
        self._is_refused = True
        return f"not on the board {self.name}: {what}; {_WAY_OUT}"

    @cached_property
    def _project(self) -> _Project | None:
        """The board; None where there is none of this name that the token may see.

        :raises BudgetSpent: nothing more may be sent for now.
        """
        named = _NAME.fullmatch(self.name)
        if not named:
            return None
        fields = "fields(first: 50) { nodes { ... on ProjectV2SingleSelectField { id name options { id name } } } }"
        project = f"projectV2(number: {named['number']}) {{ id title {fields} }}"
        owner = f'repositoryOwner(login: "{named["owner"]}") {{ ... on ProjectV2Owner {{ {project} }} }}'
        try:
            found = (self._client.ask(f"query {{ {owner} }}").data.get("repositoryOwner") or {}).get("projectV2")
        except BudgetSpent:
            raise
        except TrackerError:
            return None
        return _project(found)

    def _joined(self, numbers: Sequence[str], tickets: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Put some issues on the board; return those that it did not take.

        :raises TrackerError: none of them was taken.
        """
        project = self._project
        if project is None:
            raise TrackerError(self._client.tracker, "there is no such board, or it is hidden from the token")
        known = {number: self._node_id(number) for number in numbers}
        answers = self._mutated(
            [
                f'p{number}: addProjectV2ItemById(input: {{projectId: "{project.id}", contentId: "{node_id}"}}) '
                f"{{ item {{ id {_VALUES_NOW} }} }}"
                for number, node_id in known.items()
                if node_id
            ]
        )
        items = {number: item for number in numbers if (item := _item(answers.get(f"p{number}")))}
        changes = [
            change for number, item in items.items() for change in _values(project, number, item, tickets[number])
        ]
        for some in _batches(changes):
            self._mutated(some)
        return [number for number in numbers if number not in items]

    def _mutated(self, fields: Sequence[str]) -> Row:
        """Send mutations, once more where no clear answer came: an item that is on the board is just named again."""
        try:
            return self._client.mutate(fields).data
        except OutcomeUnclear:
            return self._client.mutate(fields).data

    def _node_id(self, number: str) -> str:
        if not self._issues.node_id_of(number):
            self._issues.required(number)
        found = self._issues.node_id_of(number)
        return found if _ID.fullmatch(found) else ""


def _project(found: Any) -> _Project | None:
    """Return a board of an answer; fields that are no single selects are empty there."""
    if not isinstance(found, dict) or not _ID.fullmatch(str(found.get("id", ""))):
        return None
    fields = {}
    for node in (found.get("fields") or {}).get("nodes") or ():
        try:
            row = _FIELD.read(node)
        except Unexpected:
            continue
        options = {option["name"].casefold(): option["id"] for option in row["options"] if _ID.fullmatch(option["id"])}
        if _ID.fullmatch(row["id"]):
            fields[row["name"].casefold()] = (row["id"], options)
    return _Project(found["id"], str(found.get("title") or ""), fields)


def _item(answer: Any) -> dict[str, Any] | None:
    item = answer.get("item") if isinstance(answer, dict) else None
    return item if isinstance(item, dict) and _ID.fullmatch(str(item.get("id", ""))) else None


def _values(project: _Project, number: str, item: Mapping[str, Any], wanted: Mapping[str, str]) -> Iterable[str]:
    """Yield the mutations that set the fields of an item that has no value there yet."""
    for name, value in wanted.items():
        field, options = project.fields.get(name.casefold(), ("", {}))
        option = options.get(value.casefold())
        if option and not item.get(name.lower()):
            yield (
                f"v{number}{name}: updateProjectV2ItemFieldValue(input: {{"
                f'projectId: "{project.id}", itemId: "{item["id"]}", fieldId: "{field}", '
                f'value: {{singleSelectOptionId: "{option}"}}}}) {{ projectV2Item {{ id }} }}'
            )


def _batches(each: Sequence[str]) -> Iterable[Sequence[str]]:
    return (each[start : start + _AT_ONCE] for start in range(0, len(each), _AT_ONCE))
