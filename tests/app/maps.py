"""Small maps that tests write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.app.run import Program

SAYS = {
    "Parser": "Reads the feed into rows.",
    "Cache": "Keeps parsed rows for an hour.",
    "Mailer": "Sends mails to the people on duty.",
    "Router": "Hands each delivery to whoever asked for it.",
}
Names = Sequence[str]


def written(folder: Path, title: str, names: Names, ready: str = "Yes", notes: Mapping[str, str] | None = None) -> Path:
    notes = notes or {}
    overview = "".join(f"- `{name}`: one of them {notes.get(name, '')}\n" for name in names)
    details = "".join(
        f"### Component {n}: {name} {notes.get(name, '')}\n**Location**: `app/{name.lower()}.py`  \n"
        f"**Purpose**: {SAYS.get(name, 'Does what it is called.')}\n\n"
        for n, name in enumerate(names, 1)
    )
    text = f"# TECHNICAL MAP: {title}\n\n**Author**: Ines Moreau\n\n## Components Overview\n\n### New Components\n"
    text += f"{overview}\n## Detailed Component Specifications\n\n{details}---\n\n**Implementation Ready**: {ready}\n"
    path = folder / "maps" / f"{title.lower()}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


MAP = """# TECHNICAL MAP: Feature {number}

## New Components
- `Store{number}`: keeps what feature {number} knows

{more}
**Implementation Ready**: Yes
"""

TESTS = """
## Testing Strategy

### Integration Tests
- Feature {number}: `Store{number}` keeps what it knows
"""


def write(program: Program, number: int, name: str = "") -> Path:
    more = "".join(f"- `Part{number}x{part}`: does {part}\n" for part in range(number % 2))
    more += "" if number % 5 else TESTS.format(number=number)
    path = program.folder / "maps" / f"team-{number % 7}" / f"{name or number}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MAP.format(number=number, more=more), encoding="utf-8")
    return path
