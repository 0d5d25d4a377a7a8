"""The examples of docs/how-it-decides.md are what the planner does: tickets, titles, homes, bodies, languages."""

from __future__ import annotations

from functools import lru_cache

import pytest

from techmap_sync.config import shipped
from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.documents.technical_map.technical_map_family import document_of
from techmap_sync.documents.words import languages
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.planning.task_graph import task_graph
from techmap_sync.planning.templates import TicketTemplates
from tests.planning.maps import ROOT, SECTIONS, options, plan_of, read, vocabulary

PAGE = (ROOT / "docs" / "how-it-decides.md").read_text("utf-8")
TRACKING = "tracking/map"


def after(name: str) -> str:
    return PAGE.partition(f"<!-- {name} -->\n")[2]


def table(name: str) -> list[tuple[str, ...]]:
    """The rows of the table that a comment names, without its head."""
    rows = after(name).partition("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


MAP = after("map of the examples").partition("```markdown\n")[2].partition("```")[0]
TITLES = table("examples of titles")
HOMES = table("examples of homes")
SECTIONS_OF = {kind: names.split(", ") for kinds, names in table("sections of tickets") for kind in kinds.split(", ")}
LANGUAGES = table("examples of languages")


@lru_cache
def planned(heading: str, line: str) -> TaskPlan:
    """Plan the map of the examples with one more line."""
    headings = "\n\n".join(f"{'#' * level} {each}" for level, each in enumerate(heading.split(", "), 2))
    text = f"{MAP}\n{headings}\n- {line}\n"
    return plan_of(read(text), text=text)


def tickets(plan: TaskPlan) -> dict[str, TaskSpec]:
    """The tickets by their keys without the id of the map."""
    return {spec.key.partition("/")[2]: spec for spec in (*plan.tasks, plan.tracking)}


def sections(spec: TaskSpec) -> dict[str, str]:
    """The text of each section by its heading, without the invisible signs that keep trackers from reading labels."""
    return {section.heading: section.text.replace("\u200b", "") for section in spec.sections}


@pytest.mark.parametrize("table", [TITLES, HOMES, LANGUAGES], ids=["titles", "homes", "languages"])
def test_there_are_examples(table: list[tuple[str, ...]]) -> None:
    assert len(table) > 5
    assert len({len(row) for row in table}) == 1


@pytest.mark.parametrize(("heading", "line", "key", "title"), TITLES)
def test_a_ticket_has_the_key_and_the_title_of_the_example(heading: str, line: str, key: str, title: str) -> None:
    found = tickets(planned(heading, line))
    assert key in found
    assert found[key].title == title


@pytest.mark.parametrize(("heading", "line", "key", "how"), HOMES)
def test_a_line_is_in_the_ticket_of_the_example_and_in_no_other(heading: str, line: str, key: str, how: str) -> None:
    form, _, part = how.partition(": ")
    said = part or line
    found = tickets(planned(heading, line))
    assert [name for name, spec in found.items() if any(said in text for text in sections(spec).values())] == (
        [] if key == "none" else [key]
    )
    if form != "none":
        assert is_written(sections(found[key]), form, said)


def is_written(texts: dict[str, str], form: str, said: str) -> bool:
    """Whether a line is there as a box or a bullet; else the form is the heading of its section."""
    signs = {"box": "- [ ] ", "ticked box": "- [x] ", "bullet": "- "}
    if form in signs:
        return f"{signs[form]}{said}" in texts["Done when"].splitlines()
    return said in texts[form] and "- [ ] " not in texts[form]


FULL = """\
# TECHNICAL MAP: Gap Repair

Repairs what stations lost.

## Components Overview

### New Components
- `GapScanner`: finds gaps

## Detailed Component Specifications

### GapScanner
**Location**: `gaps/scan.py`
**Purpose**: Looks through a series
**Depends on**: Redis
**Key Methods**:
```python
def scan(series): ...
```

It reads a series once.

### Ledger
**Depends on**: GapScanner

## Integration Points

### Existing Systems
The archive is read.

### Database Changes
As the archive wants it:

- Add `gap.flag`

## Error Handling
- A broken run is tried again

## Data Flow
- A series goes in

## Risks
- Clocks may be wrong

## Testing Strategy

### Unit Tests
Without a network:

- A leap day is not a gap

## Deployment Considerations

### Migration Requirements
At night:

- Scan the last year once

**Implementation Ready**: Yes
"""
"""A map of which every section of a ticket has something to say."""
LATER = {"Owners", "Tickets"}
"""Written where the tracker has no sub-tickets."""


def test_tickets_have_the_sections_of_the_page_in_their_order() -> None:
    plan = plan_of(read(FULL), text=FULL)
    seen: dict[str, set[str]] = {}
    for spec in (*plan.tasks, plan.tracking):
        headings = [section.heading for section in spec.sections]
        wanted = SECTIONS_OF[spec.kind]
        assert headings == [name for name in wanted if name in headings], spec.key
        seen.setdefault(",".join(wanted), set()).update(headings)
    assert seen == {",".join(wanted): set(wanted) - LATER for wanted in SECTIONS_OF.values()}


@pytest.mark.parametrize(("language", "title", "heading"), LANGUAGES)
def test_fixed_words_are_those_of_the_language_that_is_set(language: str, title: str, heading: str) -> None:
    graph = task_graph(document_of(read(MAP), SECTIONS, "docs/map.md", language))
    texts = TicketTexts(graph, MapSource("docs/map.md"), TicketTemplates(shipped("")), statements_of(MAP, vocabulary()))
    ticket = tickets(plan_tasks(graph, options(), texts))["component/gapscanner"]
    assert ticket.title == title
    assert "- [ ] `scan(series)`" in sections(ticket)[heading]


def test_every_language_is_among_the_examples() -> None:
    assert tuple(language for language, *_ in LANGUAGES) == languages()
