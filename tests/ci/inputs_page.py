"""Every input and output of the action and of the component as a page, ``docs/ci-inputs.md``, made from their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
COMPONENT = ROOT / "templates" / "techmap-sync.yml"
_INTRODUCTION = """\
# Inputs and outputs in a CI

*For anyone who sets up the GitHub Action or the GitLab component.*

Made from `action.yml` and `templates/techmap-sync.yml` by `make docs`.
[Continuous integration](continuous-integration.md) says how they are used.
"""


def inputs_page(action: Mapping[str, Any], component: Mapping[str, Any]) -> str:
    """Render the page from the action and from the head of the component."""
    outputs = ([f"`{name}`", _one_line(each["description"])] for name, each in action["outputs"].items())
    parts = (
        _INTRODUCTION,
        "## GitHub: inputs of the action, below `with`\n",
        _table(("input", "what for", "default"), map(_row, action["inputs"].items())),
        "## GitHub: outputs of the action, `steps.ID.outputs.NAME`\n",
        _table(("output", "what it holds"), outputs),
        "## GitLab: inputs of the component, below `inputs`\n",
        _table(("input", "what for", "default"), map(_row, component["spec"]["inputs"].items())),
    )
    return "\n".join(parts)


def page_of_this_project() -> str:
    """Render the page from the files of this project."""
    yaml = YAML(typ="safe")
    return inputs_page(yaml.load(ACTION), next(iter(yaml.load_all(COMPONENT))))


def _row(declared: tuple[str, Mapping[str, Any]]) -> list[str]:
    name, each = declared
    choice = "".join(f", `{option}`" for option in each.get("options", ())).removeprefix(", ")
    described = _one_line(each["description"]) + (f" One of {choice}." if choice else "")
    default = each.get("default", "")
    return [f"`{name}`", described, f"`{default}`" if default else ""]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    return "".join(_line(cells) for cells in (names, ["---"] * len(names), *rows))


def _line(cells: Iterable[str]) -> str:
    return "".join(_cells(cells)) + "|\n"


def _cells(cells: Iterable[str]) -> Iterator[str]:
    return (f"| {cell} " if cell else "| " for cell in cells)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    print(end=page_of_this_project())
