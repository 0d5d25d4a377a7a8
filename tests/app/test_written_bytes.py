"""What a first push of the corpus writes to each tracker, byte for byte: title, marker, ledger and body of each ticket.

Each ticket is recorded as a digest; UPDATE_GOLDEN=1 records what is written now, after texts were changed on purpose.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.login import log_in
from tests.app.run import READY, ROOT, Program
from tests.trackers.servers import SERVERS

RECORDED = ROOT / "tests" / "recorded" / "written.json"
TRACKERS = [*SERVERS, "backlog"]


@pytest.fixture
def maps(program: Program) -> None:
    """The ready maps in a folder of their own."""
    (program.folder / "maps").mkdir()
    for path in READY:
        shutil.copy(path, program.folder / "maps")
    (program.folder / "techmap-sync.toml").write_text('maps = ["maps"]\n', "utf-8")


def _on_server(name: str, program: Program, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Push until everything is there (GitHub allows 500 writes an hour), and return title and text of each ticket."""
    with SERVERS[name]() as server:
        log_in(server, monkeypatch)
        address = server.connection().api_url or ""
        while program("push", *server.flags).code == 5:
            server.connection().sleep(timedelta(hours=1).total_seconds())
        host = address.removesuffix("/api/v3").removesuffix("/api/v4")
        return {
            f"{ticket.number} {ticket.title}": "\n".join((*sorted(ticket.labels), ticket.body)).replace(host, "HOST")
            for ticket in server.tickets()
        }


def _in_folder(program: Program) -> dict[str, str]:
    """Push to a folder, and return name and content of each file besides the times that Backlog.md notes."""
    assert program("push", "--to", "backlog:board").code == 0
    return {
        path.name: "\n".join(
            line
            for line in path.read_text("utf-8").split("\n")
            if not line.startswith(("created_date", "updated_date"))
        )
        for path in Path(program.folder, "board").rglob("*.md")
    }


@pytest.mark.parametrize("tracker", TRACKERS)
@pytest.mark.usefixtures("maps")
def test_the_bytes_are_those_that_were_recorded(
    tracker: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _in_folder(program) if tracker == "backlog" else _on_server(tracker, program, monkeypatch)
    digests = {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in sorted(written.items())}
    recorded = json.loads(RECORDED.read_text("utf-8")) if RECORDED.exists() else {}
    if os.environ.get("UPDATE_GOLDEN"):
        RECORDED.write_text(json.dumps(recorded | {tracker: digests}, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return
    changed = {name for name in digests | recorded[tracker] if digests.get(name) != recorded[tracker].get(name)}
    assert not changed, "texts changed on purpose are recorded with UPDATE_GOLDEN=1"
