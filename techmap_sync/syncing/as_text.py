"""Edges as text, where a tracker cannot hold them: who waits for whom in a ticket, a task list in the tracking ticket.

The numbers of tickets belong to what the text says, so that it is written again when a ticket gets its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from techmap_sync.planning.task import Section, TaskPlan, TaskSpec
from techmap_sync.syncing.tracker import Capabilities

WAITS_FOR = "waits for"
TASK_LIST = "tickets"


@dataclass(frozen=True, slots=True)
class EdgeTexts:
    """What the texts of one map's tickets say of its edges."""

    titles: Mapping[str, str] = field(default_factory=dict)
    """Title of every task by key."""
    listed: tuple[str, ...] = ()
    """Keys of the tasks that stand in the task list because they are no children of the tracking ticket."""
    says_who_waits: bool = False
    """The tickets say for whom they wait, with numbers, because no edge does."""
    mention: str = "#"
    """What stands before a number."""

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the tracking ticket's sections that hold edges."""
        return (TASK_LIST,) if self.listed else ()

    def of_tasks(self, plan: TaskPlan, numbers: Mapping[str, str]) -> TaskPlan:
        """Return a plan whose tasks name the tickets that they wait for; numbers as for ``of_task``."""
        return replace(plan, tasks=tuple(self.of_task(spec, numbers) for spec in plan.tasks))

    def of_task(self, spec: TaskSpec, numbers: Mapping[str, str]) -> TaskSpec:
        """Return a task whose text names the tickets that it waits for.

        :param numbers: number of every ticket that exists by now, by key.
        """
        if not self.says_who_waits or not spec.blocked_by:
            return spec
        lines = [f"- Blocked by {self._named(key, numbers)}" for key in spec.blocked_by]
        said = self._said(spec.blocked_by, numbers)
        sections = (replace(s, text="\n".join(lines), values=said) if s.name == WAITS_FOR else s for s in spec.sections)
        return replace(spec, sections=tuple(sections))

    def of_tracking(self, spec: TaskSpec, numbers: Mapping[str, str]) -> TaskSpec:
        """Return a tracking ticket with its task list."""
        others = tuple(section for section in spec.sections if section.name != TASK_LIST)
        if not self.listed:
            return replace(spec, sections=others)
        lines = [f"- [ ] {self._named(key, numbers)}" for key in self.listed]
        section = Section(TASK_LIST, "Tickets", "\n".join(lines), self._said(self.listed, numbers))
        return replace(spec, sections=(*others[:1], section, *others[1:]))

    def _said(self, keys: Iterable[str], numbers: Mapping[str, str]) -> str:
        return json.dumps([[self.titles.get(key, key), numbers.get(key, "")] for key in keys], ensure_ascii=False)

    def _named(self, key: str, numbers: Mapping[str, str]) -> str:
        number = numbers.get(key, "")
        return f"{self.mention}{number} {self.titles.get(key, key)}" if number else self.titles.get(key, key)


def edge_texts(plan: TaskPlan, capabilities: Capabilities) -> EdgeTexts:
    """Return what texts have to say because the tracker cannot; the task list is still empty."""
    titles = {spec.key: spec.title for spec in plan.tasks}
    return EdgeTexts(titles, (), not capabilities.native_blocking, capabilities.mention)
