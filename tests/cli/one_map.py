"""The two-factor map in the program's folder, edited by its author and by a human."""

from __future__ import annotations

from pathlib import Path

from tests.app.run import CORPUS, Program

MAP = CORPUS / "01-two-factor-login.md"
KEY = "two-factor-login-with-totp/component/totpservice"


def files_below(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and modification time of every file."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def edited(program: Program, old: str = "", new: str = "") -> Path:
    """Write the map with one edit."""
    path = program.folder / "map.md"
    text = MAP.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def ticket(program: Program, number: str) -> Path:
    """Return the file of a ticket."""
    return next((program.folder / "backlog" / "tasks").glob(f"task-{number} - *"))


def conflict(program: Program) -> Path:
    """Let the map and a human change one ticket, and return its file."""
    edited(program)
    program.has_run("push", "map.md")
    path = ticket(program, "1.1")
    path.write_text(path.read_text("utf-8").replace("Checks time-based codes", "My words"), encoding="utf-8")
    edited(program, "Checks time-based codes", "Verifies time-based codes")
    return path
