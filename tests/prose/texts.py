"""What people read: the documents, and the sentences in the code, in settings and in the files for a CI."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
ELSEWHERE = (
    "action.yml", "templates/techmap-sync.yml", "config/defaults.toml", "config/github-workflow.yml", "pyproject.toml"
)  # fmt: skip
HOLE = "X"
"""What a message shows of a value that is known only at run time."""
CODE = re.compile(r"^```.*?^```|`[^`\n]*`|<!--.*?-->", re.M | re.S)
TYPED = re.compile(
    r"(?<![\w`])(--[a-z-]+|[\w.-]+/[\w./-]+|\w+_\w+|(?:github|gitlab|backlog|html|java)\b:?|(?:api|repo)\b)"
)
"""What a message names as it is typed."""
NOT_PROSE = re.compile(r"\\[a-zA-Z(\[.]|^\n *\w+ \w+ \w+ \w+ \w+ |\(\?|^[<.#&{@]|^\S*$|[{}]\s*$|</|\|\|")
"""Patterns, templates, selectors and single words."""


@cache
def sentences() -> Mapping[str, str]:
    """Return the texts of the program by place: messages, hints, help and headings, but no docstrings."""
    return {
        f"{path.relative_to(ROOT)}:{line}": text
        for path in sorted((ROOT / "techmap_sync").rglob("*.py"))
        for line, text in _texts(ast.parse(path.read_text("utf-8")))
    }


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    nodes = list(ast.walk(tree))
    passed_over = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    passed_over |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    passed_over -= {id(node) for node in nodes if isinstance(node, ast.JoinedStr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(each.value) if isinstance(each, ast.Constant) else HOLE for each in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed_over:
            text = node.value
        else:
            continue
        if re.search(r"[a-z]{2,} [a-z]", text) and not NOT_PROSE.search(text):
            yield node.lineno, text


def prose() -> Iterator[tuple[str, str]]:
    """Yield everything that our own words are looked for in, by place, without code."""
    for path in DOCUMENTS:
        text = CODE.sub(lambda match: "\n" * match[0].count("\n"), path.read_text("utf-8"))
        yield from ((f"{path.relative_to(ROOT)}:{number}", line) for number, line in enumerate(text.split("\n"), 1))
    for name in ELSEWHERE:
        text = (ROOT / name).read_text("utf-8").partition("# --- vocabulary")[0]
        yield from ((f"{name}:{number}", line) for number, line in enumerate(text.split("\n"), 1))
    yield from ((place, CODE.sub("", text)) for place, text in sentences().items())


def page_of_sentences() -> str:
    """Return the sentences of the program as a page that a prose linter reads: one paragraph each, after its place."""
    paragraphs = (f"<!-- {place} -->\n{_markdown(text)}\n" for place, text in sentences().items())
    return "\n".join(paragraphs)


def _markdown(text: str) -> str:
    """Return a message as a paragraph; what is typed is code, and no hole is the same as the next."""
    holes = count(1)
    marked = TYPED.sub(r"`\1`", text)
    marked = re.sub(rf"\b{HOLE}\b", lambda _: f"{HOLE}{next(holes)}", marked)
    return re.sub(r"\n+\s*", "\n", marked.strip())
