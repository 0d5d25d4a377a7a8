"""A diff of a file shows its lines, with colour for people and no control characters."""

from __future__ import annotations

from techmap_sync.reports.file_diff import diff_of, diff_text


def test_a_diff_names_the_file_and_shows_what_changes() -> None:
    lines = list(diff_of("docs/map.md", b"a\r\nb\r\n", b"a\r\nc\r\n"))
    assert lines[:2] == ["--- a/docs/map.md", "+++ b/docs/map.md"]
    assert lines[3:] == [" a", "-b", "+c", " "]


def test_no_control_character_reaches_a_terminal() -> None:
    assert "\x1b" not in "".join(line.plain for line in diff_text("map.md", b"a", b"\x1b[31mb"))
