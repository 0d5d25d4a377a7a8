"""Task files as people, agents and Backlog.md's CLI leave them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from techmap_sync.sync.tracker import Draft

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))

# What `backlog task create` of version 1.52.0 wrote for the same values.
WRITTEN_BY_THE_CLI = """\
---
id: TASK-1.1
title: 'Create "TokenService": issue / verify'
status: To Do
assignee:
  - '@sara'
created_date: '2026-11-22 10:00'
labels:
  - 'priority:high'
  - techmap
milestone: v1
dependencies: []
parent_task_id: TASK-1
priority: high
ordinal: 2000
---

## Description

<!-- SECTION:DESCRIPTION:BEGIN -->
Purpose

- [ ] issue
<!-- SECTION:DESCRIPTION:END -->
"""

# A file in which people have left their traces everywhere.
EDITED_BY_PEOPLE = """\
---
# reviewed on Monday
id: TASK-1
title:   "Create TokenService"   # keep this name
status: In Progress
assignee: [@sara]
created_date: 2026-11-22 10:00
labels: [ techmap, "by hand" ]
dependencies:
- task-7
- 3
x-points: 0005
x-nested: {a: [1, 2], b: "x"}
---

## Description

<!-- SECTION:DESCRIPTION:BEGIN -->
Purpose
<!-- SECTION:DESCRIPTION:END -->

## Acceptance Criteria
<!-- AC:BEGIN -->
- [x] #1 It works \x20
<!-- AC:END -->


## Implementation Notes

<!-- SECTION:NOTES:BEGIN -->
Half done.
<!-- SECTION:NOTES:END -->

## Comments

<!-- COMMENTS:BEGIN -->
author: @sara
created: 2026-11-22 10:00
---
Hello
---

created: 2026-11-22 10:01
---
Again
---
<!-- COMMENTS:END -->
no line end behind this"""


def put(folder: Path, name: str, text: str | bytes) -> Path:
    """Put a file into the folder, as somebody else would."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def only_task(folder: Path) -> Path:
    """The one file below ``tasks``."""
    (path,) = (folder / "tasks").iterdir()
    return path


def state_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of change of every file."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


VARIABLE = "BACKLOG_CLI"


def _program() -> str | None:
    """Return where the program is; in the project it is named itself, because the script of npm starts Node first."""
    modules = Path(__file__).parents[2] / "node_modules"
    in_project = [str(path) for path in (*modules.glob("backlog.md-*/backlog"), *modules.glob(".bin/backlog"))]
    return os.environ.get(VARIABLE) or shutil.which("backlog") or next(iter(in_project), None)


PROGRAM = _program()
"""The CLI of Backlog.md; None where it is missing."""
