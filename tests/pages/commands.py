"""``docs/commands.md``: what each command says under ``--help``."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO

import pytest

from techmap_sync.cli.main import COMMANDS, main

HEAD = """\
# Commands

*For anyone who types commands or writes them into a script.* Made from the code by `make docs`.

Paths are files, folders or globs; without any, the setting `maps` counts. `--to` says where the tickets go.
`--format json` prints one versioned document on stdout and nothing else. `--report FORMAT=FILE`, which can be repeated,
also writes the result to a file. An error is one document too:
`{"version": 1, "error": {"code", "message", "hint", "exit"}}`, where the code never changes
and the words may; a result lists under `errors` what kept it from being whole.

`techmap-sync help push` says the same as `techmap-sync push --help`. `techmap-sync --install-completion` lets the shell
complete commands and options. Exit codes are listed in [Troubleshooting](troubleshooting.md#exit-codes).
"""


def commands_page() -> str:
    """Return the page."""
    texts = {name: help_of(name) for name in COMMANDS}
    rows = "".join(f"| [`{name}`](#{name}) | {_summary(text)} |\n" for name, text in texts.items())
    parts = [HEAD, f"| command | what it does |\n|---|---|\n{rows}"]
    parts += [f"## {name}\n\n```text\n{text.strip()}\n```\n" for name, text in texts.items()]
    return "\n".join(parts)


def _summary(text: str) -> str:
    return re.sub(r"\s+", " ", text.split("\n\n")[1]).strip()


def help_of(command: str) -> str:
    """Return what a command says under ``--help``."""
    with StringIO() as out, redirect_stdout(out), pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.argv", ["techmap-sync", command, "--help"])
        patched.setenv("COLUMNS", "100")
        patched.delenv("FORCE_COLOR", raising=False)
        with pytest.raises(SystemExit):
            main()
        text = re.sub(r"^Usage: .*?techmap-sync", "Usage: techmap-sync", out.getvalue())
        return "\n".join(line.rstrip() for line in text.split("\n"))
