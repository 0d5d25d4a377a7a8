"""``show``: what was understood of one map."""

from __future__ import annotations

from techmap_sync.documents.marko_patches import MAX_LINES
from tests.app.run import CORPUS, Program
from tests.documents.maps import GOOD


def test_show_names_what_was_passed_over_as_nothing(program: Program) -> None:
    path = program.folder / "map.md"
    deployment = "## Deployment\n\n### Migration\n- None. But the old endpoint stays\n"
    path.write_text(f"# TECHNICAL MAP: T\n\n## Testing\n\n### Unit Tests\nNone\n\n{deployment}", "utf-8")
    nothing = [{"text": "None", "line": 6}, {"text": "None. But the old endpoint stays", "line": 11}]
    assert program("show", "map.md", "--format", "json").json["nothing"] == nothing
    out = program("show", "map.md").out
    assert "nothing to do: 2 statements" in out
    assert all(f"{each['text']}, line {each['line']}" in out for each in nothing)


def test_show_names_what_was_found(program: Program) -> None:
    unknown = GOOD.replace("## Testing", "## Hardware\nTwo racks.\n\n## Testing")
    (program.folder / "map.md").write_text(unknown, encoding="utf-8")
    shown = program("show", "map.md", "--format", "json").json
    assert [diagnostic["rule"] for diagnostic in shown["diagnostics"]] == ["unknown-section"]


def test_show_says_in_which_ticket_each_line_is(program: Program) -> None:
    text = GOOD.replace("## Testing", "## Hardware\nTwo racks.\n\n## Testing")
    (program.folder / "map.md").write_text(text, encoding="utf-8")
    lines = program("show", "map.md", "--format", "json").json["lines"]
    written = [number for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    assert [line["line"] for line in lines] == written
    racks = 1 + text.splitlines().index("Two racks.")
    assert next(line["where"] for line in lines if line["line"] == racks).endswith("/tracking/map")
    assert "every line" in program("show", "map.md").out


def test_show_claims_nothing_about_the_lines_of_a_map_that_is_too_long(program: Program) -> None:
    (program.folder / "map.md").write_text(GOOD + "\n" * MAX_LINES, encoding="utf-8")
    shown = program("show", "map.md", "--format", "json").json
    assert shown["lines"] == []
    assert "too-long" in {each["rule"] for each in shown["diagnostics"]}
    assert "in a ticket" not in program("show", "map.md").out


def test_show_takes_one_map_and_no_more(program: Program) -> None:
    assert program("show", CORPUS).code == 2
    (program.folder / "notes.md").write_text("# Notes\n", encoding="utf-8")
    assert program("show", "notes.md").code == 1
