"""What is in a fence or a comment is no task: wrapping any part of a unit removes just the tasks in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, zip_longest

import pytest

from techmap_sync.documents.units.page import Kind, read_page
from techmap_sync.documents.units.unit import Task, Unit
from tests.documents.units.readers import GOLDS, read_unit, task_files, texts_of
from tests.families.gold import Gold

WRAPPINGS = {
    "fence": ("```", "```"),
    "fence with a language": ("```markdown", "```"),
    "four backticks": ("````", "````"),
    "tildes": ("~~~~~~", "~~~~~~"),
    "comment": ("<!--", "-->"),
}
Part = tuple[int, int]
"""First and last line, counted from 1."""


def parts_of(text: str) -> Iterator[Part]:
    """Yield what is below each heading, up to the next; with the heading where nothing deeper follows."""
    page = read_page(text)
    headings = [entry for entry in page.entries if entry.kind is Kind.HEADING]
    last = len(re.split(r"\r\n|\n", text)) - page.wrapped
    for heading, following in zip_longest(headings, headings[1:]):
        end = following.line - 1 if following else last
        if end > heading.line:
            yield heading.line + 1, end
        if heading.level > 1 and (following is None or following.level <= heading.level):
            yield heading.line, end


def wrapped(text: str, part: Part, wrapping: str) -> str | None:
    """Return the text with one part wrapped, without moving a line; None where the part itself holds such a sign."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    opening, closing = WRAPPINGS[wrapping]
    inside = lines[part[0] - 1 : part[1]]
    if any("```" in line or "~~~" in line or "--" in line for line in inside):
        return None
    lines[part[0] - 1 : part[1]] = [opening, *inside, closing]
    return end.join(lines)


def tried(gold: Gold) -> Iterator[tuple[str, Part, str, Unit, Unit]]:
    texts = texts_of(gold)
    unit = read_unit(gold, texts)
    for path in task_files(unit):
        for part, wrapping in zip(parts_of(texts[path]), cycle(WRAPPINGS), strict=False):
            if (text := wrapped(texts[path], part, wrapping)) is not None:
                yield path, part, wrapping, unit, read_unit(gold, {**texts, path: text})


def names(tasks: list[Task]) -> Counter[str]:
    return Counter(task.title for task in tasks)


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_wrapping_a_part_removes_just_the_tasks_in_it(gold: Gold) -> None:
    count = 0
    for path, part, wrapping, before, after in tried(gold):
        inside = {
            number
            for number, task in enumerate(before.tasks)
            if (task.path or before.path) == path and part[0] <= task.line <= part[1] and task.kind != "story"
        }
        emptied = {task.above for number, task in enumerate(before.tasks) if number in inside} - inside
        heads = [before.tasks[n].title for n in emptied if n is not None and before.tasks[n].line == part[0] - 1]
        kept = names([task for number, task in enumerate(before.tasks) if number not in inside])
        found = names(list(after.tasks))
        assert found in (kept, kept - Counter(heads)), (path, part, wrapping)  # a heading over nothing is no task
        count += bool(inside)
    assert count > 1
