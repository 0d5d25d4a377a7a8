"""What was understood of one document, as a tree to read and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.tree import Tree

from techmap_sync.diagnostics import CheckedFile
from techmap_sync.documents.base import Branch, Description
from techmap_sync.planning.lines import LOST, LineHome
from techmap_sync.reports.check_results import diagnostic_json
from techmap_sync.reports.harmless import json_text
from techmap_sync.reports.messages import clean

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


def show_text(description: Description, lines: Sequence[LineHome]) -> Tree:
    """Render one document as a tree, followed by the lines that no ticket says.

    :param lines: in which ticket each line is found; none of a document that is too long to be read.
    """
    tree = _tree(description.tree)
    if not lines:
        return tree
    lost = [Branch(f"line {line.line}") for line in lines if line.where == LOST]
    tree.children.append(
        _tree(Branch("lines in no ticket", tuple(lost)) if lost else Branch("every line is in a ticket"))
    )
    return tree


def _tree(branch: Branch) -> Tree:
    tree = Tree(clean(branch.text))
    tree.children.extend(map(_tree, branch.below))
    return tree
