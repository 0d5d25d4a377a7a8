"""What the command line says to words that it does not take: one style of error, with what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techmap_sync.errors import UsageProblem
from techmap_sync.nearest import did_you_mean
from techmap_sync.patterns import lazy
from techmap_sync.secrecy import printable

_CHOICE = lazy(r"'(?P<word>.*)' is not one of (?P<known>'.*')\.?$", re.S)
_COMMAND = lazy(r"No such command '(?P<word>.*?)'\.", re.S)
ELSEWHERE = {
    "--dry-run": "techmap-sync plan shows what push would write, and writes nothing",
    "--dryrun": "techmap-sync plan shows what push would write, and writes nothing",
    "-n": "techmap-sync plan shows what push would write, and writes nothing",
    "--force": "guards are lifted one by one: techmap-sync push --allow GUARD",
    "--output": "techmap-sync push --report FORMAT=FILE writes the result to a file",
    "--json": "`techmap-sync push --format json` prints one document",
    "--new": "techmap-sync push --recreate KEY",
    "--take": "techmap-sync push --resolve map KEY, or --resolve tracker KEY",
}
"""Options that other programs have, or that had another name, and what does their work here."""


def usage_problem(error: Any, commands: tuple[str, ...]) -> UsageProblem:
    """Return the problem that an error of the command line library is.

    :param error: typer.TyperException; what it has beyond its message depends on its kind.
    :param commands: the names of all commands.
    """
    context = getattr(error, "ctx", None)
    names = context.command_path.split()[1:] if context else []
    usage = f"{' '.join(('techmap-sync help', *names))} lists what it takes"
    message = error.format_message()
    if found := _COMMAND.match(message):
        return UsageProblem(f"no such command: {found['word']}", did_you_mean(found["word"], commands))
    if option := getattr(error, "option_name", "") if message.startswith("No such option") else "":
        hint = ELSEWHERE.get(option) or did_you_mean(option, _options(context), usage)
        return UsageProblem(f"no such option: {printable(option)}", hint)
    if found := _CHOICE.search(error.message):
        known = re.findall(r"'([^']*)'", found["known"])
        what = f"{_name_of(error)} {found['word']}: not one of {', '.join(known)}"
        return UsageProblem(printable(what), did_you_mean(found["word"], known, usage))
    return UsageProblem(message[:1].lower() + message[1:].rstrip("."), usage)


def _options(context: Any) -> Iterator[str]:
    for parameter in context.command.params if context else ():
        yield from (name for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("-"))


def _name_of(error: Any) -> str:
    names = getattr(getattr(error, "param", None), "opts", ())
    return max(names, key=len, default="value")
