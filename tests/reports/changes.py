"""A change set with one of everything that a report has to show, its outcomes, and golden files.

The golden files are rewritten by ``GOLDEN=write pytest tests/reports``; look at what changed before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

from techmap_sync.documents.words import ENGLISH, words_in
from techmap_sync.documents.work import Kind, Phase
from techmap_sync.planning.task import TaskSpec
from techmap_sync.planning.tracking_text import flow_chart
from techmap_sync.sync.change_set import ChangeSet, MapChanges, Outcome, Status
from techmap_sync.sync.changes import Change, Conflict, Create, Link, Skip, SkipLink, Unlink, Update, close
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.ticket_fields import FieldEdit
from techmap_sync.sync.tracker import CloseReason, EdgeKind

GOLDEN = Path(__file__).parent / "golden"
TASK = "login/component/totp"
CHILD, GONE = EdgeKind.CHILD_OF, CloseReason.NOT_PLANNED
KEPT_AWAY = 'a human removed that it is a child of "Login", kept so'


def change_set(*titles: str) -> ChangeSet:
    """One of everything that a report has to show."""
    told = titles or ("Create TotpService",)
    spec = TaskSpec(TASK, Kind.COMPONENT, told[0], ())
    edits = (
        FieldEdit("title", "Old", told[0]),
        FieldEdit("items", "- [ ] a", "- [ ] a\n- [ ] ```\n- [ ] b"),
        FieldEdit("graph", drawn("TotpService"), drawn("Challenge", "TotpService")),
        FieldEdit("marker", "1", "2"),
    )
    changes: list[Change] = [
        *(Create(f"{TASK}-{n}", title, spec=spec) for n, title in enumerate(told)),
        Link(f"{TASK}-0", told[0], reason=f'blocked by "{told[-1]}"', edge=EdgeKind.BLOCKED_BY, target=""),
        Link(f"{TASK}-0", told[0], edge=CHILD, target=""),
        Update("login/test/unit", told[-1], "12", spec=spec, edits=edits),
        close("login/change/db", "Change database", "13", Ending(Why.GONE), GONE),
        Unlink("login/x", "Other", "14", 'blocked by #3 "Change database"', edge=EdgeKind.BLOCKED_BY, target=""),
        Skip("login/y", "Skipped", "15", "the ticket was closed by a human"),
        SkipLink(
            "login/c", "Alone", "17", 'a human removed that it is a child of "Login", kept so', edge=CHILD, target=""
        ),
        Conflict("login/z", "Both", "16", "purpose: kept the human's text"),
    ]
    return ChangeSet(
        "github:octo/app",
        (
            MapChanges("login", f"docs/{told[0]}.md", True, changes=tuple(changes)),
            MapChanges("draft", "docs/draft.md", False, ('docs/draft.md:4: "Implementation Ready" says "No"',)),
            MapChanges("old", "docs/old.md", True, refusals=("9 of 10 open tickets to close, the limit is 30%",)),
            MapChanges("same", "docs/same.md", True),
        ),
    )


def drawn(*names: str) -> str:
    """The section of a tracking ticket that shows some tasks, each waiting for the one before."""
    chart = flow_chart(
        names, [Phase.BUILD] * len(names), [range(n - 1, n) if n else () for n in range(len(names))], words_in(ENGLISH)
    )
    return f"```mermaid\n{chart}\n```"


def assigned(*people: str) -> ChangeSet:
    """One new ticket with its people."""
    spec = TaskSpec(TASK, Kind.COMPONENT, "Create TotpService", (), assignees=people)
    return ChangeSet("memory", (MapChanges("login", "login.md", True, changes=(Create(TASK, spec.title, spec=spec),)),))


def outcomes(changes: ChangeSet) -> list[Outcome]:
    page = "https://github.com/octo/app/issues/"
    return [
        Outcome(change, "login", Status.SKIPPED, "", "no room for it")
        if change.edge is CHILD
        else Outcome(change, "login", Status.APPLIED, change.ticket or "11", url=f"{page}{change.ticket or 11}")
        for change in changes.writes
    ]


def golden(name: str, text: str) -> str:
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").removesuffix("\n")
