"""Maps that nobody wrote: random text, and random pieces of maps."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.documents.shipped import CORPUS
from tests.sampling import sampling

EXAMPLES = int(os.environ.get("EXAMPLES", sampling.times("generated maps", 30, 100)))
often = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
seldom = settings(max_examples=EXAMPLES // 5, deadline=None, suppress_health_check=list(HealthCheck))

TITLE = "# TECHNICAL MAP: T\n"
PIECES = (
    "## Components Overview", "### New Components", "### Modified Components", "## Detailed Component Specifications",
    "### Component 1: A", "### B (modified)", "#### Location", "## Testing Strategy", "### Unit Tests",
    "### Accessibility Testing", "## Deployment", "### Rollback Plan", "## Integration Points", "### API Changes",
    "## Security", "## Risks", "## Future Enhancements", "**Components**:", "**Location**: `a.py`", "**Purpose**: x",
    "**Key Methods**:", "- `run(x) -> y`: z", "- **A** (`a.py`): x", "- [x] done", "- [ ] open", "- ~~gone~~", "1. one",
    "2. two", "  - nested", "text.", "Text. More.", "**Group**:", "**Label**: text", "> quoted", "> - **Status**: x",
    "```python", "```", "def run(): ...", "| A | B |", "|---|---|", "| 1 | `x` |", "---", "===", "None", "[Name]",
    "<!-- note -->", "<!--", "-->", "<div>", "**Implementation Ready**: Yes", "**Status**: TECHNICAL MAP", "", "",
    "    code", "\t- x",
    "[a]: b", "![x](y)", "![](x)", "- [](y)",
    "**bold* _x", "`", "\\", "&amp;", "：", "（a/b.py）", "N/A", "-", "*", "#",
)  # fmt: skip

lines = st.one_of(st.sampled_from(PIECES), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
texts = st.lists(lines, max_size=25).map("\n".join)
maps = texts.map(lambda text: TITLE + text)
corpus = st.sampled_from([path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.md"))])
mixed = st.tuples(corpus, st.lists(st.tuples(st.integers(0, 200), lines), max_size=5)).map(
    lambda both: _with_lines(both[0], both[1])
)
"""Maps of the corpus with a few lines put in."""


def _with_lines(text: str, more: list[tuple[int, str]]) -> str:
    parts = text.split("\n")
    for place, line in more:
        parts.insert(place % len(parts), line)
    return "\n".join(parts)
