"""Where the work stands as one HTML page, made of the document of ``status --format json`` and of nothing else.

Every text is escaped by Jinja2, only http and https become links, and the page's own Content-Security-Policy lets it
run just the one script and the one style that it carries.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from techmap_sync.planning.kinds import Phase
from techmap_sync.reports.html.graph import view_of
from techmap_sync.reports.html.layout import HEIGHT, WIDTH
from techmap_sync.reports.messages import count
from techmap_sync.reports.status_document import Document
from techmap_sync.reports.status_text import share
from techmap_sync.syncing.progress import TaskState

_COMMAND = re.compile(r"[\r\n](?=\s*(?:::|##\[))")
FOLDER = Path(__file__).parent
LOOKS = ("done", "started", "open", "blocked", "planned", "dropped")
MEANINGS = {
    "done": "closed as completed, or done in the map",
    "started": "open, and somebody is at work",
    "open": "open, and nothing keeps it from being started",
    "blocked": "open, and waits for an open ticket",
    "planned": "asked for by the map, no ticket yet",
    "dropped": "closed for another reason, deleted or released",
}
"""What each shape of the graph stands for."""


def status_html(document: Document, remarks: Sequence[str] = ()) -> str:
    """Render a document.

    :param remarks: what else a reader has to know.
    """
    style, script = (FOLDER / name for name in ("report.css", "report.js"))
    css, js = (file.read_text(encoding="utf-8").strip() for file in (style, script))
    page = _environment().get_template("report.html.j2")
    return page.render(
        document=document,
        remarks=remarks,
        views=[view_of(each, number) for number, each in enumerate(document["maps"])],
        css=Markup(css),  # noqa: S704 - our own files, not anybody's text
        js=Markup(js),  # noqa: S704
        policy=_policy(css, js),
        phases=[phase.value for phase in Phase],
        states=[state.value for state in TaskState],
        looks=LOOKS,
        meanings=MEANINGS,
        node={"width": WIDTH, "height": HEIGHT},
    )


def web_address(url: str | None) -> str:
    """Return an address when it leads to the web, else nothing: ``javascript:`` is an address too."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return (url or "") if parts.scheme in ("http", "https") and parts.hostname else ""


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=_no_command,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"web": web_address, "share": share, "count": count, "pixels": _pixels, "whole": _whole}
    return environment


def _policy(css: str, js: str) -> str:
    style, script = (b64encode(sha256(text.encode()).digest()).decode() for text in (css, js))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _pixels(numbers: dict[str, Any], of: str, width: int) -> str:
    """Return the length of a bar: the share of one state in all tasks."""
    return f"{width * numbers[of] / numbers['total']:.1f}" if numbers["total"] else "0"


def _whole(number: float) -> str:
    return f"{number:.0f}"


def _no_command(value: object) -> object:
    """Write the break before what would be a command to GitHub's runner as a reference: browsers show the same."""
    if type(value) is not str or _COMMAND.search(value) is None:
        return value
    return Markup(_COMMAND.sub(lambda found: f"&#{ord(found[0])};", str(escape(value))))  # noqa: S704 - escaped before
