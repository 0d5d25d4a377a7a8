"""The program: the one place where a problem becomes a sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from techmap_sync.app.exit_codes import Exit
from techmap_sync.cli.app import app
from techmap_sync.cli.ci_log import nothing_is_obeyed
from techmap_sync.errors import Problem
from techmap_sync.secrecy import harmless

PAIRED = "--resolve"
"""This option takes two words and may be repeated, which Typer does not support."""


def with_pairs(words: Sequence[str]) -> list[str]:
    """Return the words of a command line, with the two words after each ``--resolve`` joined."""
    joined: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        joined.append(word)
        if word == PAIRED and left:
            joined.append(" ".join(left[:2]))
            del left[:2]
    return joined


def main() -> None:
    """Run the program: the one place where a problem becomes a sentence and an exit code."""
    with nothing_is_obeyed():
        _run()


def _run() -> None:
    try:
        app(with_pairs(sys.argv[1:]))
    except Problem as problem:
        from techmap_sync.cli.console import Screen

        sys.exit(Screen().failed(problem))
    except Exception as error:  # noqa: BLE001 - the last boundary: a bug must not look like the user's mistake
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        print(
            f"error: this is a bug in techmap-sync: {type(error).__name__} in {place}: {harmless(str(error))}",
            file=sys.stderr,
        )
        sys.exit(Exit.BUG)
