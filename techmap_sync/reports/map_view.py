"""What was understood of one document, as a tree to read and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from techmap_sync.diagnostics import CheckedFile
from techmap_sync.documents.base import Branch, Description
from techmap_sync.planning.lines import LOST, LineHome
from techmap_sync.reports.check_results import diagnostic_json
from techmap_sync.reports.messages import clean, json_text

SCHEMA = 1


def show_json(description: Description, lines: Sequence[LineHome], file: CheckedFile) -> str:
    """Render one document as JSON.

    :param lines: in which ticket each line is found.
    :param file: the file with everything that was found in it.
    """
    found = [diagnostic_json(file.path, diagnostic) for diagnostic in file.diagnostics]
    return json_text(
        {"schema": SCHEMA, **description.values, "lines": [line._asdict() for line in lines], "diagnostics": found}
    )


def show_text(description: Description, lines: Sequence[LineHome]) -> Text:
    """Render one document as a tree, followed by the lines that no ticket says.

    :param lines: in which ticket each line is found; none of a document that is too long to be read.
    """
    tree = description.tree
    if lines:
        lost = [Branch(f"line {line.line}") for line in lines if line.where == LOST]
        last = Branch("lines in no ticket", tuple(lost)) if lost else Branch("every line is in a ticket")
        tree = tree._replace(below=(*tree.below, last))
    return Text("\n".join([clean(tree.text), *_below(tree, "")]))


def _below(branch: Branch, before: str) -> Iterator[str]:
    """Yield the lines below a branch, each whole: a line number at the end of a long line is not cut off.

    :param before: the guides of the branches above.
    """
    for left, each in zip(range(len(branch.below) - 1, -1, -1), branch.below, strict=True):
        is_last = not left
        yield f"{before}{'└── ' if is_last else '├── '}{clean(each.text)}"
        yield from _below(each, f"{before}{'    ' if is_last else '│   '}")
