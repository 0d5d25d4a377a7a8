"""Which files a commit holds: with the same text, or byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmap_sync.commits import committed, stored, stored_exactly
from tests.app.run import committed as commit

TEXT = b"one\ntwo\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".gitattributes").write_text("crlf.md text eol=crlf\n", encoding="utf-8")
    for name in ("plain.md", "crlf.md", "run.md"):
        (tmp_path / name).write_bytes(TEXT)
    (tmp_path / "run.md").chmod(0o755)
    (tmp_path / "link.md").symlink_to("plain.md")
    commit(tmp_path)
    return tmp_path


def test_a_text_is_committed_whatever_its_line_ends(repository: Path) -> None:
    crlf = TEXT.replace(b"\n", b"\r\n")
    found = committed(repository, "HEAD", {"plain.md": TEXT, "crlf.md": crlf, "run.md": b"other\n", "new.md": TEXT})
    assert found == {"plain.md": "plain.md", "crlf.md": "crlf.md"}
    assert stored(repository, "HEAD", {"run.md": b"other\n", "new.md": TEXT}) == {"run.md": ("run.md", False)}


def test_byte_for_byte_is_more_than_the_same_text(repository: Path) -> None:
    crlf = TEXT.replace(b"\n", b"\r\n")
    asked = {"plain.md": TEXT, "crlf.md": crlf, "run.md": TEXT, "link.md": TEXT, "new.md": TEXT}
    assert stored_exactly(repository, "HEAD", asked) == {"plain.md": ("plain.md", False), "run.md": ("run.md", True)}
