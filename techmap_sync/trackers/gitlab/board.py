"""The iteration and the epic that new issues join, where the tier has them: Premium, Ultimate.

https://docs.gitlab.com/api/graphql/reference/#mutationworkitemupdate. Both are set once, in issues that have none:
whatever people plan afterwards is theirs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.sync.tracker import Finding
from techmap_sync.trackers.answers import Row, Schema, Unexpected
from techmap_sync.trackers.gitlab.client import GitLabClient
from techmap_sync.trackers.gitlab.issues import is_number
from techmap_sync.trackers.gitlab.links_at_once import Digits
from techmap_sync.trackers.queries import words

CURRENT = "current"
"""Asks for the iteration of today: those that GitLab schedules have no name of their own."""
_AT_ONCE, _READ_AT_ONCE, _MOST_FOUND = 10, 50, 20
_ID = lazy(r"gid://gitlab/\w+/\d{1,18}", re.ASCII)
_WIDGETS = (
    "widgets(onlyTypes: [ITERATION, HIERARCHY]) { ... on WorkItemWidgetIteration { iteration { id } } "
    "... on WorkItemWidgetHierarchy { parent { id } } }"
)
_WAY_OUT = "correct the setting; iterations and epics need GitLab Premium"


class _Named(TypedDict):
    id: str
    title: str | None


class _Item(TypedDict):
    id: str
    iid: Digits
    widgets: list[dict[str, Any]]


_NAMED, _ITEM = Schema(_Named, "an iteration or an epic"), Schema(_Item, "an issue")


@dataclass(frozen=True, slots=True)
class _Place:
    """An iteration or an epic: what the settings ask for, and how an issue gets there."""

    kind: str
    name: str
    find: Callable[[], Sequence[Row]]
    given: str
    """The fields that put an issue there; ``ID`` stands for what was found."""
    shown: str
    """Where an issue shows it."""


class Board:
    """What new issues join; it is looked up when the first one does."""

    def __init__(self, client: GitLabClient, settings: Mapping[str, object]) -> None:
        self._client = client
        iteration, epic = (str(settings.get(name) or "").strip() for name in ("iteration", "epic"))
        places = (
            _Place("iteration", iteration, self._iterations, "iterationWidget: {iterationId: ID}", "iteration"),
            _Place("epic", epic, self._epics, "hierarchyWidget: {parentId: ID}", "parent"),
        )
        self._places = [place for place in places if place.name]
        self._refused: set[str] = set()

    @property
    def name(self) -> str:
        """What new issues join, in words; empty for nothing."""
        return " and ".join(f"the {place.kind} {place.name}" for place in self._places)

    def join(self, numbers: Collection[str]) -> str:
        """Put issues that have no iteration, or no epic, into those of the settings.

        :return: what went wrong, once a run for each of the two; empty when nothing did.
        """
        wanted = [number for number in numbers if is_number(number)]
        said = (self._join(place, wanted) for place in self._places if place.kind not in self._refused and wanted)
        return "; ".join(filter(None, said))

    def examine(self) -> Iterable[Finding]:
        """Yield whether they can be seen, for ``doctor``."""
        for place in self._places:
            missing = self._found[place.kind][1]
            detail = f"{missing}; {_WAY_OUT}" if missing else f"new tickets join {place.name}"
            yield Finding(place.kind, not missing, detail)

    def _join(self, place: _Place, numbers: Sequence[str]) -> str:
        try:
            target, missing = self._found[place.kind]
            left, why = (0, missing) if missing else self._joined(place, target, numbers)
        except BudgetSpent:
            raise
        except TrackerError as error:
            left, why = 0, error.what
        if not left and not why:
            return ""
        self._refused.add(place.kind)
        how_many = f"{left} tickets were not taken" if left else ""
        said = ": ".join(filter(None, (how_many, why)))
        return f"not in the {place.kind} {place.name}: {said}; {_WAY_OUT}"

    def _joined(self, place: _Place, target: str, numbers: Sequence[str]) -> tuple[int, str]:
        """Put issues into one of the two; return how many did not get there, and the server's words.

        Only what an answer shows is believed.
        """
        there = self._shown(numbers)
        free = {number: row["id"] for number, row in there.items() if not _value(row, place.shown)}
        said = ""
        fields = place.given.replace("ID", json.dumps(target))
        for start in range(0, len(free), _AT_ONCE):
            some = list(free)[start : start + _AT_ONCE]
            mutations = [
                f"j{number}: workItemUpdate(input: {{id: {json.dumps(free[number])}, {fields}}}) "
                f"{{ workItem {{ id iid {_WIDGETS} }} errors }}"
                for number in some
            ]
            data, why = self._mutated(mutations)
            said = said or why or next(filter(None, (_errors(answer) for answer in data.values())), "")
            for number in some:
                row = _item((data.get(f"j{number}") or {}).get("workItem"))
                if row and row["iid"] == number and _value(row, place.shown) == target:
                    del free[number]
        left = len(free) + len(set(numbers) - there.keys())
        return left, said if left else ""

    def _mutated(self, fields: Sequence[str]) -> tuple[Row, str]:
        """Send mutations, once more where no clear answer came: they set what they set."""
        try:
            answer = self._client.mutate(fields)
        except OutcomeUnclear:
            answer = self._client.mutate(fields)
        return {name: each for name, each in answer.data.items() if isinstance(each, dict)}, words(answer.errors)

    def _shown(self, numbers: Sequence[str]) -> dict[str, Row]:
        """Return issues as they are, by their numbers."""
        found: dict[str, Row] = {}
        path = json.dumps(self._client.project.path)
        for start in range(0, len(numbers), _READ_AT_ONCE):
            some = json.dumps(numbers[start : start + _READ_AT_ONCE])
            wanted = f"workItems(iids: {some}, first: {_READ_AT_ONCE}) {{ nodes {{ id iid {_WIDGETS} }} }}"
            answer = self._client.ask(f"query {{ project(fullPath: {path}) {{ {wanted} }} }}")
            rows = map(_item, _nodes(answer.data, "project", "workItems"))
            found |= {row["iid"]: row for row in rows if row}
        return found

    @cached_property
    def _found(self) -> Mapping[str, tuple[str, str]]:
        """By kind: the id of the one that has the name, else why there is none.

        :raises BudgetSpent: nothing more may be sent for now.
        """
        return {place.kind: self._find(place) for place in self._places}

    def _find(self, place: _Place) -> tuple[str, str]:
        try:
            rows = place.find()
        except BudgetSpent:
            raise
        except TrackerError:
            return "", f"this server shows no {place.kind}s"
        is_current = place.kind == "iteration" and place.name == CURRENT
        ids = [row["id"] for row in rows if is_current or _is_named(row, place.name)]
        if len(ids) != 1:
            return "", f"there is no {place.kind} of this name" if not ids else f"there are {len(ids)} of this name"
        return ids[0], ""

    def _iterations(self) -> Sequence[Row]:
        """Return the iterations that are not over and have the name, of all groups around the project."""
        name = self._settings_name("iteration")
        which = f"search: {_text(name)}, in: [TITLE], state: opened"
        asked = "state: current" if name == CURRENT else which
        fields = f"iterations({asked}, includeAncestors: true, first: {_MOST_FOUND}) {{ nodes {{ id title }} }}"
        answer = self._client.ask(
            f"query {{ project(fullPath: {json.dumps(self._client.project.path)}) {{ {fields} }} }}"
        )
        return list(_named(answer.data, "project", "iterations"))

    def _epics(self) -> Sequence[Row]:
        """Return the open epics that have the name, of all groups around the project."""
        group = json.dumps(self._client.project.path.rpartition("/")[0])
        which = f"search: {_text(self._settings_name('epic'))}, in: [TITLE], types: [EPIC], state: opened"
        fields = f"workItems({which}, includeAncestors: true, first: {_MOST_FOUND}) {{ nodes {{ id title }} }}"
        answer = self._client.ask(f"query {{ group(fullPath: {group}) {{ {fields} }} }}")
        return list(_named(answer.data, "group", "workItems"))

    def _settings_name(self, kind: str) -> str:
        return next(place.name for place in self._places if place.kind == kind)


def _text(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _is_named(row: Row, name: str) -> bool:
    return (row["title"] or "").strip().casefold() == name.casefold()


def _named(data: Row, *path: str) -> Iterator[Row]:
    for node in _nodes(data, *path):
        try:
            row = _NAMED.read(node)
        except Unexpected:
            continue
        if _ID.fullmatch(row["id"]):
            yield row


def _item(node: object) -> Row | None:
    try:
        row = _ITEM.read(node)
    except Unexpected:
        return None
    return row if _ID.fullmatch(row["id"]) else None


def _value(row: Row, name: str) -> str:
    """Return the id of the iteration or the epic of an issue; empty when it has none."""
    given = next((widget[name] for widget in row["widgets"] if name in widget), None)
    return str(given.get("id") or "") if isinstance(given, dict) else ""


def _errors(answer: Row) -> str:
    given = answer.get("errors")
    return words([{"message": each} for each in given]) if isinstance(given, list) else ""


def _nodes(data: Row, *path: str) -> list[Any]:
    found: Any = data
    for name in (*path, "nodes"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, list) else []
