"""Makes all pictures of the documents and records what each was made from; ``make pictures`` runs it."""

from __future__ import annotations

import contextlib
import html
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from cmarkgfm import cmark  # type: ignore[import-untyped]

from tests.pictures import scenes
from tests.pictures.scenes import LOOKS, PICTURES, RECORD, ROOT, Shown
from tests.reports.test_browser import CHROMIUM, NODE
from tests.trackers.backlog_files import PROGRAM

EXTENSIONS = ["table", "autolink", "tagfilter", "strikethrough", "tasklist"]
"""What GitHub Flavored Markdown adds: https://github.github.com/gfm."""


def page_of(ticket: Shown, style: str) -> str:
    """Return a ticket as a page, its text rendered as GitHub Flavored Markdown."""
    text = cmark.markdown_to_html_with_extensions(ticket.text, cmark.Options.CMARK_OPT_UNSAFE, extensions=EXTENSIONS)
    text = text.replace("<li><input ", '<li class="task-list-item"><input class="task-list-item-checkbox" ')
    return (LOOKS / "ticket.html").read_text("utf-8").format(
        title=html.escape(ticket.title),
        number=ticket.number,
        author=html.escape(ticket.author),
        place=html.escape(ticket.place),
        labels="".join(_chip(name, colour) for name, colour in ticket.labels.items()),
        text=text,
        style=style,
    )  # fmt: skip


def _chip(name: str, colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (0, 2, 4))
    ink = "#1f2328" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#fff"
    return f'<span class="label" style="background:#{colour};color:{ink}">{html.escape(name)}</span>'


def _photograph(job: str, address: str, name: str) -> None:
    if not (CHROMIUM and NODE):
        raise SystemExit("pictures need Chromium and node: `make optional` installs what it can")
    command = [NODE, str(scenes.CAMERA), job, address, str(PICTURES / name)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "CHROMIUM": CHROMIUM}, check=True, timeout=120)


@contextlib.contextmanager
def _backlog_page(folder: Path) -> Iterator[str]:
    """Let Backlog.md serve its page for a folder."""
    if PROGRAM is None:
        raise SystemExit("pictures need Backlog.md: npm install")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen(
        [PROGRAM, "browser", "--no-open", "--port", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        _wait_for(address)
        yield address
    finally:
        os.killpg(served.pid, signal.SIGTERM)  # npm's wrapper leaves the program it started running
        served.wait(10)


def _wait_for(address: str) -> None:
    for _ in range(100):
        with contextlib.suppress(URLError, ConnectionError, TimeoutError), urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise SystemExit("the page of Backlog.md does not answer")


def _tickets(scratch: Path) -> None:
    style = (ROOT / "node_modules" / "github-markdown-css" / "github-markdown-light.css").read_text("utf-8")
    looks: Mapping[str, tuple[Shown, str]] = {
        "github": (scenes.github_ticket(), style),
        "gitlab": (scenes.gitlab_ticket(), (LOOKS / "gitlab.css").read_text("utf-8")),
    }
    for name, (ticket, sheet) in looks.items():
        page = scratch / f"{name}.html"
        page.write_text(page_of(ticket, sheet), "utf-8")
        _photograph("ticket", page.as_uri(), f"ticket-{name}.png")


def main() -> None:
    """Make every picture."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "plan.svg").write_text(scenes.plan_svg(), "utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        _tickets(Path(scratch))
        with scenes.backlog_folder() as folder:
            copy = Path(shutil.copytree(folder, Path(scratch) / "backlog"))
        chart = Path(scratch) / "graph.mmd"
        chart.write_text(scenes.graph_of(copy), "utf-8")
        _photograph("graph", str(chart), "graph.png")
        with _backlog_page(copy) as address:
            _photograph("backlog", address, "ticket-backlog.png")
    _photograph("report", (ROOT / "docs" / "report" / "index.html").as_uri(), "report.png")
    record = {
        name: {"input": made_from, "picture": scenes.digest((PICTURES / name).read_bytes())}
        for name, made_from in scenes.inputs().items()
    }
    RECORD.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
