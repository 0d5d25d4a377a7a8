"""A diff of a file shows its lines, with colour for people and no control characters."""

from __future__ import annotations

import json
from pathlib import Path

from techmap_sync.reports.pull_report import Left, Pulled, PulledFile, Tick, diff_of, diff_text, pull_json, pull_text


def test_a_diff_names_the_file_and_shows_what_changes() -> None:
    lines = list(diff_of("docs/map.md", b"a\r\nb\r\n", b"a\r\nc\r\n"))
    assert lines[:2] == ["--- a/docs/map.md", "+++ b/docs/map.md"]
    assert lines[3:] == [" a", "-b", "+c", " "]


def test_no_control_character_reaches_a_terminal() -> None:
    assert "\x1b" not in "".join(line.plain for line in diff_text("map.md", b"a", b"\x1b[31mb"))


BEFORE, AFTER = b"- [ ] Weigh\r\n- [ ] Print\r\n", b"- [x] Weigh\r\n- [ ] Print\r\n"
FILE = PulledFile("docs/map.md", Path("map.md"), BEFORE, AFTER, (Tick(1, "Weigh", "map/component/scale", "7"),))
LEFT = (
    Left("docs/map.md", "other words", 2, "Print", "map/component/printer", "8"),
    Left("docs/map.md", "no box", ticket="9"),
    Left("docs/map.md", "no box", ticket="10"),
)


def test_the_diff_shows_the_line_before_and_after_whatever_ends_it() -> None:
    lines = pull_text(Pulled("memory", (FILE,)), written=False).plain.split("\n")
    assert "-- [ ] Weigh" in lines and "+- [x] Weigh" in lines
    assert lines[-1].startswith("Pull: 1 box in 1 file to tick")


def test_what_is_left_has_its_reason_and_what_has_no_line_is_counted() -> None:
    lines = pull_text(Pulled("memory", left=LEFT), written=False).plain.split("\n")
    assert lines[0].startswith("docs/map.md:2:") and "ticket 8: other words" in lines[0]
    assert lines[1].startswith("docs/map.md: 2 completed tasks") and lines[1].endswith("no box")
    assert len(lines) == 3


def test_json_says_the_same() -> None:
    said = json.loads(pull_json(Pulled("memory", (FILE,), LEFT), written=True))
    assert (said["schema"], said["written"], said["tracker"]) == (1, True, "memory")
    assert said["counts"] == {"boxes": 1, "files": 1, "left": 3}
    assert said["files"][0]["ticks"] == [{"line": 1, "text": "Weigh", "key": "map/component/scale", "ticket": "7"}]
    assert [each["ticket"] for each in said["left"]] == ["8", "9", "10"]


def test_a_text_of_a_document_moves_no_cursor() -> None:
    evil = PulledFile("map.md", Path("map.md"), b"- [ ] a\x1b[2J\n", b"- [x] a\x1b[2J\n", FILE.ticks)
    assert "\x1b" not in pull_text(Pulled("memory", (evil,)), written=False).plain
