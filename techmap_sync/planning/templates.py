"""Renders ticket texts from Jinja2 templates, section by section.

A template opens each headed part with ``section(name, heading)``. The call leaves a separator that no map can hold, so
that the finished text falls apart into sections without being parsed. A team overrides one block of one template by
extending ``shipped/<template>``; see ``docs/configuration.md``.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from techmap_sync.errors import SettingsProblem

_MARK = "\x1e"
"""Record separator: control characters are taken out of every text that comes from a map."""
_PART = re.compile(rf"{_MARK}([^\n{_MARK}]*)\x1f([^\n{_MARK}]*){_MARK}")
_BLANK_LINES = re.compile(r"\n{3,}")

Rendered = tuple[tuple[str, str, str], ...]
"""(name, heading, text) of each section, in the order of the template."""


class TicketTemplates:
    """The templates of this program, some of them overridden by a team's own.

    :param shipped: folder of the program's templates.
    :param team: folder of the team's templates, or None.
    """

    def __init__(self, shipped: Path, team: Path | None = None) -> None:
        own = FileSystemLoader(str(shipped))
        loaders = [FileSystemLoader(str(team))] if team else []
        self._team = team
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader([*loaders, own, PrefixLoader({"shipped": own})]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        self._environment.globals["section"] = _section
        self._environment.filters.update(code=code_span, continued=continued)

    def render(self, name: str, values: Mapping[str, object]) -> Rendered:
        """Return the sections of one ticket.

        :param name: file name of the template, ``component.md.j2``.
        :param values: what the template may use; every text in it is neutralised already.
        :raises SettingsProblem: the template has an error; says file and line.
        """
        try:
            text = self._environment.get_template(name).render(values)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise self._problem(name, error) from error
        parts = _PART.split(text)
        return tuple(
            (parts[i], parts[i + 1], _BLANK_LINES.sub("\n\n", parts[i + 2]).strip("\n"))
            for i in range(1, len(parts), 3)
        )

    def _problem(self, name: str, error: Exception) -> SettingsProblem:
        if isinstance(error, TemplateSyntaxError):
            where = f"{error.filename or error.name or name}:{error.lineno}"
        else:
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
            where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else name
        return SettingsProblem(
            where, str(error), "mend the template, or take it out of the folder that `templates` names"
        )


def code_span(text: str) -> str:
    """Quote a text as a Markdown code span, whatever backticks it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def continued(markdown: str) -> str:
    """Indent a text so that it stays within its list item; one of several lines starts on a line of its own, because
    a fence that follows other text on its line is none."""
    indented = markdown.replace("\n", "\n  ")
    return f"\n\n  {indented}" if "\n" in markdown else markdown


@lru_cache
def _section(name: str, heading: str) -> str:
    return f"{_MARK}{name}\x1f{heading}{_MARK}"
