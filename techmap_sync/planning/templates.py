"""Renders ticket texts from Jinja2 templates, section by section.

A template opens each headed part with ``section(name, heading)``. The call leaves a separator that no map can hold, so
that the finished text falls apart into sections without being parsed. A team overrides one block of one template by
extending ``shipped/<template>``; see ``docs/configuration.md``.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from textwrap import indent
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.sandbox import SandboxedEnvironment

from techmap_sync import files
from techmap_sync.errors import SettingsProblem, UnreadableFile
from techmap_sync.patterns import lazy
from techmap_sync.planning.escape import code_span
from techmap_sync.planning.task import SectionName

LARGEST = files.MIB
"""Bytes of a template."""
_WAY_OUT = "correct the template, or take it out of the folder that `templates` names"

_MARK = "\x1e"
"""Record separator: control characters are taken out of every text that comes from a map."""
_PART = lazy(rf"{_MARK}([^\n{_MARK}]*)\x1f([^\n{_MARK}]*)\x1f(\w*){_MARK}")
_BLANK_LINES = lazy(r"\n{3,}")

Rendered = tuple[tuple[str, str, str], ...]
"""(name, heading, text) of each section, in the order of the template."""


class TicketTemplates:
    """The templates of this program, some of them overridden by a team's own.

    :param shipped: folder of the program's templates.
    :param team: folder of the team's templates, or None.
    :param root: the repository that they have to lie in; by default their folder.
    :raises SettingsProblem: the folder is outside of the repository.
    """

    def __init__(self, shipped: Path, team: Path | None = None, root: Path | None = None) -> None:
        own = FileSystemLoader(str(shipped))
        loaders = [_TeamLoader(team, (root or team).resolve())] if team else []
        self._environment = _Environment(
            loader=ChoiceLoader([*loaders, own, PrefixLoader({"shipped": own})]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        self._environment.globals["section"] = _section
        self._environment.filters.update(code=code_span, continued=continued, checklist=checklist, quoted=quoted_parts)

    def render(self, name: str, values: Mapping[str, object]) -> Rendered:
        """Return the sections of one ticket.

        :param name: file name of the template, ``component.md.j2``.
        :param values: what the template may use; every text in it is neutralised already.
        :raises SettingsProblem: the template has an error; says file and line.
        """
        try:
            text = self._environment.get_template(name).render(values)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise self._problem(name, error) from error
        except RecursionError as error:
            raise SettingsProblem(name, "includes itself, or is nested too deep", _WAY_OUT) from error
        opened = [(match[1], match[2], match[3]) for match in _PART.finditer(text)]
        texts = _PART.sub(_MARK, text).split(_MARK)[1:]
        return tuple(
            (name, heading, _BLANK_LINES.sub("\n\n", said).strip("\n"))
            for name, (_, heading, _), said in zip(_stable_names(opened), opened, texts, strict=True)
        )

    def _problem(self, name: str, error: Exception) -> SettingsProblem:
        if isinstance(error, TemplateSyntaxError):
            where = f"{error.filename or error.name or name}:{error.lineno}"
        else:
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
            where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else name
        what = f"there is no template {error}" if isinstance(error, TemplateNotFound) else str(error)
        return SettingsProblem(where, what, _WAY_OUT)


class _Environment(SandboxedEnvironment):
    """Tells each call of ``section()`` in which block it is, whatever template overrides the block."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for block in template.find_all(nodes.Block):  # an inner block comes after the one around it
            for call in block.find_all(nodes.Call):
                if isinstance(call.node, nodes.Name) and call.node.name == "section":
                    own = [word for word in call.kwargs if word.key != "block"]
                    call.kwargs = [*own, nodes.Keyword("block", nodes.Const(block.name), lineno=call.lineno)]
        return template


def _stable_names(opened: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield the names of sections so that a team cannot rename what the program has to recognise.

    The section that a block is named after is the one that says so, else the first that the block opens.

    :param opened: (name, heading, block) of each section as the templates have it.
    """
    known = {name.replace(" ", "_"): name for name in SectionName if name}
    found = {known[block] for name, _, block in opened if block in known and name == known[block]}
    for name, _, block in opened:
        stable = known.get(block)
        if stable and stable not in found:
            found.add(stable)
            yield stable
        else:
            yield name


class _TeamLoader(BaseLoader):
    """Finds templates in a folder of the repository; links lead to no place outside of it."""

    def __init__(self, folder: Path, root: Path) -> None:
        if not files.is_within(folder, root):
            raise SettingsProblem(
                "templates",
                f"the folder {folder.name} is outside the repository, or in .git",
                "name a folder of the repository",
            )
        self._folder, self._root = folder, root

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return text and path of a template.

        :raises TemplateNotFound: there is none of this name.
        :raises SettingsProblem: there is one that may not be read.
        """
        path = self._folder / template
        name = f"{self._folder.name}/{template}"  # the path of the repository is not shown
        if ".." in PurePosixPath(template).parts or not path.is_relative_to(self._folder):
            raise SettingsProblem(name, "leads out of the folder of the templates", _WAY_OUT)
        if not os.path.lexists(path):
            raise TemplateNotFound(template)
        try:
            return files.read(path, LARGEST, self._root).decode(), name, lambda: True
        except UnreadableFile as problem:
            raise SettingsProblem(name, problem.what, problem.hint) from problem


def continued(markdown: str) -> str:
    """Indent a text so that it stays within its list item; one of several lines starts on a line of its own, because
    a fence that follows other text on its line is not one."""
    indented = markdown.replace("\n", "\n  ")
    return f"\n\n  {indented}" if "\n" in markdown else markdown


def checklist(items: Sequence[Mapping[str, Any]]) -> str:
    """Write the items of a ticket, each with its box where it is work."""
    lines: list[str] = []
    for item in items:
        if item["above"]:
            lines += ["", item["above"], ""]
        if item["text"]:
            tick = "x" if item["done"] else " "
            lines.append(f"- [{tick}] {item['text']}" if item["box"] else f"- {item['text']}")
        if item["detail"]:
            lines += ["", indent(item["detail"], "  "), ""] if "\n" in item["detail"] else [f"  {item['detail']}"]
    return "\n".join(lines).strip("\n")


def quoted_parts(parts: Sequence[Mapping[str, Any]], links: Sequence[str]) -> str:
    """Write what the document says under its own headings; a long part is folded.

    :param links: for each part where the lines are that are too many to be quoted; empty where there are none.
    """
    written = []
    for part, link in zip(parts, links, strict=True):
        if part["folded"]:
            written.append(f"<details>\n<summary>{part['heading']}</summary>\n\n{part['text']}\n\n</details>")
        else:
            written += [f"#### {part['heading']}"] * bool(part["heading"]) + [part["text"]] * bool(part["text"])
        written += [f"… {part['more']}: {link}"] * bool(link)
    return "\n\n".join(written)


@lru_cache
def _section(name: str, heading: str, block: str = "") -> str:
    return f"{_MARK}{name}\x1f{heading}\x1f{block}{_MARK}"
