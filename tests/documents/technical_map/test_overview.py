"""The lists of components (docs/map-format.md, "Components")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.model import TechnicalMap
from tests.documents.maps import body, kinds, names, overview, reading


def locations(found: TechnicalMap) -> list[tuple[str, ...]]:
    return [one.locations for one in found.components]


def test_the_kind_is_the_list_that_a_component_stands_in() -> None:
    found = body("""\
        ## Components Overview
        ### New Components
        - A: x
        ### Modified Components
        - B: x
        ### Integration Components
        - C: x
    """)
    assert kinds(found) == {"A": "new", "B": "modified", "C": "integration"}


def test_without_lists_a_tag_sets_the_kind_and_new_is_assumed_with_a_note() -> None:
    found = reading("# TECHNICAL MAP: T\n\n## Components\n- A (new): x\n- B (modified): x\n- C: x\n")
    assert found.map is not None
    assert kinds(found.map) == {"A": "new", "B": "modified", "C": "new"}
    assert [(one.rule, one.span.line) for one in found.findings] == [("kind-assumed", 6)]


@pytest.mark.parametrize("tags", ["(new)", "(modified)", "[NEW]", "(new) (`src/a.py`)", "(`src/a.py`) (new)"])
def test_the_status_behind_a_name_is_no_part_of_what_is_said_of_it(tags: str) -> None:
    (component,) = body(f"## Components Overview\n### New Components\n- `A` {tags}: reads (new) files\n").components
    assert component.summary == "reads (new) files"


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("New", "Modified", "modified"),
        ("Modified", "Integration", "modified"),
        ("New", "Integration", "new"),
        ("Integration", "New", "new"),
    ],
)
def test_listed_twice_modified_beats_new_beats_integration(first: str, second: str, kind: str) -> None:
    found = reading(f"# TECHNICAL MAP: T\n\n## {first} Components\n- A: x\n\n## {second} Components\n- A: x\n")
    assert found.map is not None
    assert kinds(found.map) == {"A": kind}
    assert [one.rule for one in found.findings] == ["listed-twice"]


@pytest.mark.parametrize("tag", ["(existing)", "- existing", "— unchanged", "(no change needed)",
                                 "(unchanged): is asked", ": no change needed"])  # fmt: skip
def test_a_status_tag_that_says_unchanged_makes_no_component(tag: str) -> None:
    assert names(overview(f"- A{tag if tag.startswith(':') else ' ' + tag}\n- B: x\n")) == ["B"]


def test_a_description_that_mentions_existing_things_is_no_tag() -> None:
    found = overview("- A: uses the existing store\n- B - wraps the unchanged client\n- C: existing rows are kept\n")
    assert names(found) == ["A", "B", "C"]


@pytest.mark.parametrize("entry", ["`A`: ✅ Already exists", "~~A~~: x", "~~`A`: x~~", "[x] A: x",
                                   "A ✅ already exists", "**A** (`a.py`): ✅ Already exists, since 4.2"])  # fmt: skip
def test_what_exists_already_is_done_and_no_component(entry: str) -> None:
    found = overview(f"- {entry}\n- B: x\n")
    assert names(found) == ["B"]
    assert [(item.title, item.done) for item in found.done] == [("A", True)]


@pytest.mark.parametrize(
    "entry", ["None", "N/A", "None. The queue is used as it is.", "[Name]", "-", "Keine", "无", "なし"]
)
def test_nothing_and_placeholders_are_no_components(entry: str) -> None:
    found = overview(f"- {entry}\n")
    assert not found.components
    assert not found.done


def test_prose_is_no_component_and_a_bold_label_only_groups() -> None:
    assert names(overview("The `Calculator` is called by Foo.\n\n**Backend**:\n- A: x\n")) == ["A"]


def test_a_path_in_parentheses_is_the_location_and_one_in_prose_is_none() -> None:
    found = overview("- A (`src/a.py`): x\n- B (src/b.py, src/c.py): x\n- C: reads `src/d.py`\n- `src/e.py`: x\n")
    assert locations(found) == [("src/a.py",), ("src/b.py", "src/c.py"), (), ("src/e.py",)]


def test_a_table_names_kind_status_and_location_in_its_columns() -> None:
    found = body("""\
        ## Components

        | # | Component | Type | File | What it does |
        |---|-----------|------|------|--------------|
        | 1 | `A` | New | `src/a.py` | x |
        | 2 | B | Modified | src/b.py, src/c.py | x |
        | 3 | C | Existing | src/d.py | x |
        | 4 | D | ✅ Already exists | src/e.py | x |
        | 5 | E | ✏️ Modified, renamed | src/f.py | x |
        | 6 | F | ⚪ Unchanged | src/g.py | x |
    """)
    assert kinds(found) == {"A": "new", "B": "modified", "E": "modified"}
    assert locations(found) == [("src/a.py",), ("src/b.py", "src/c.py"), ("src/f.py",)]
    assert [item.title for item in found.done] == ["D"]


def test_a_change_column_is_a_status_column() -> None:
    table = "| Component | Change |\n|---|---|\n| A | No change needed, reads rows |\n| B | Writes rows |\n"
    assert names(overview(table, below="Modified Components")) == ["B"]


def test_the_summary_is_the_entry_without_the_name() -> None:
    (only,) = overview("- **A** (`a.py`) - makes *good* tokens\n").components
    assert only.summary == "makes *good* tokens"
