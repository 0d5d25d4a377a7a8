"""What was understood of one document, as a tree to read and as JSON."""

from __future__ import annotations

from rich.tree import Tree

from techmap_sync.diagnostics import CheckedFile
from techmap_sync.documents.base import Branch, Description
from techmap_sync.reports.check_results import diagnostic_json
from techmap_sync.reports.harmless import json_text
from techmap_sync.reports.messages import clean

SCHEMA = 1


def show_json(description: Description, file: CheckedFile) -> str:
    """Render one document as JSON.

    :param file: the file with everything that was found in it.
    """
    found = [diagnostic_json(file.path, diagnostic) for diagnostic in file.diagnostics]
    return json_text({"schema": SCHEMA, **description.values, "diagnostics": found})


def show_text(description: Description) -> Tree:
    """Render one document as a tree."""
    return _tree(description.tree)


def _tree(branch: Branch) -> Tree:
    tree = Tree(clean(branch.text))
    tree.children.extend(map(_tree, branch.below))
    return tree
