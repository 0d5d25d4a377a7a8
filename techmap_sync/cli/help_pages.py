"""How help looks: options in groups, short types, commands in the order of work, and what exit codes mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand

from techmap_sync.patterns import lazy

COMMANDS = {
    "Start": ("init", "new"),
    "Documents": ("check", "show"),
    "Tickets": ("plan", "push", "pull", "reconcile"),
    "Reports": ("status", "doctor"),
    "In a CI": ("ci",),
}
"""All commands by what they are for."""

_TICKETS, _WRITES, _MAPS, _OUTPUT = "Where the tickets go", "What may be written", "Documents", "Output"
OPTIONS = {
    **dict.fromkeys(("--to", "--api-url", "--adopted"), _TICKETS),
    **dict.fromkeys(
        (
            "--plan",
            "--max-writes",
            "--yes",
            "--strict",
            "--resolve",
            "--recreate",
            "--rebind",
            "--allow",
            "--refresh",
            "--accept-settings",
            "--retire",
            "--report-only",
            "--write",
            "--fix",
            "--force",
        ),
        _WRITES,
    ),
    **dict.fromkeys(("--require-approved", "--shard", "--jobs", "--paths", "--config"), _MAPS),
    **dict.fromkeys(
        ("--format", "--report", "--out", "--comment", "--output", "--quiet", "--verbose", "--no-color", "--exit-code"),
        _OUTPUT,
    ),
}
"""The group of an option; those without are listed last."""
EXITS = (
    "Exit codes: 0 done, 1 a document has problems, 2 usage or settings, 3 changes are pending (where asked), "
    "4 refused, 5 tracker or network (run it again), 70 a bug, 130 interrupted."
)

_SHORT = {"str": "TEXT", "list[str]": "TEXT", "path": "PATH", "int": "NUMBER", "int range": "NUMBER"}
_TYPE = lazy(r"<([^<>]+)>$")


class GroupedCommand(TyperCommand):
    """A command whose help lists its options in groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, and the options by group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                is_option = any(name.startswith("-") for name in parameter.opts)
                group = _group_of(parameter.opts) if is_option else "Arguments"
                entry = shortened(*record) if is_option else (_TYPE.sub("", record[0]).strip(), record[1])
                groups.setdefault(group, []).append(entry)
        order = ("Arguments", _TICKETS, _MAPS, _WRITES, _OUTPUT, "Options")
        for group in sorted(groups, key=order.index):
            with formatter.section(group):
                formatter.write_dl(groups[group])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the example, and what the exit codes mean."""
        super().format_epilog(ctx, formatter)
        write_exits(formatter)


def write_exits(formatter: Any) -> None:
    """Write what the exit codes mean."""
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(EXITS)


def write_commands(rows: Iterable[tuple[str, str]], formatter: Any) -> None:
    """Write the commands in groups, each with its whole sentence."""
    said = dict(rows)
    width = max(map(len, said))
    for group, names in COMMANDS.items():
        with formatter.section(group):
            formatter.write_dl([(name.ljust(width), said[name]) for name in names])


def _group_of(names: Iterable[str]) -> str:
    return next((OPTIONS[name] for name in names if name in OPTIONS), "Options")


def shortened(name: str, text: str) -> tuple[str, str]:
    """Return an entry of help with a short type; values to choose from are in its text."""
    found = _TYPE.search(name)
    if not found:
        return name, text
    kind = found[1]
    if "|" in kind:
        return f"{name[: found.start()]}NAME", f"{text.rstrip()} One of {', '.join(kind.split('|'))}."
    return f"{name[: found.start()]}{_SHORT.get(kind, kind.upper())}", text
