"""The program: the one place where a problem becomes a sentence and an exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from techmap_sync.cli.app import app
from techmap_sync.cli.listener import nothing_is_obeyed
from techmap_sync.commands.exit_codes import Exit
from techmap_sync.errors import Problem
from techmap_sync.secrecy import harmless


def main() -> None:
    """Run the program: the one place where a problem becomes a sentence and an exit code."""
    with nothing_is_obeyed():
        _run()


def _run() -> None:
    try:
        app()
    except Problem as problem:
        from techmap_sync.cli.screen import Screen

        sys.exit(Screen().failed(problem))
    except Exception as error:  # noqa: BLE001 - the last boundary: a bug shall not look like the user's fault
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        print(
            f"error: this is a bug in techmap-sync: {type(error).__name__} in {place}: {harmless(str(error))}",
            file=sys.stderr,
        )
        sys.exit(Exit.BUG)
