"""Runs textlint over the documents and the sentences of the program; ``make prose`` does so."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tests.prose.texts import DOCUMENTS, ROOT, page_of_sentences

NODE = shutil.which("node")
TEXTLINT = ROOT / "node_modules" / "textlint" / "bin" / "textlint.js"
MISSING = [name for name, there in (("node", NODE), ("textlint (npm install)", TEXTLINT.exists())) if not there]
MADE = {"benchmarks.md", "commands.md", "troubleshooting.md"}
"""Pages of names and messages: the messages are read one by one instead."""


def findings() -> str:
    """Return what textlint finds; empty when it finds nothing."""
    assert NODE
    page = ROOT / "build" / "prose" / "messages.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(page_of_sentences(), "utf-8")
    files = [path for path in (*DOCUMENTS, page) if path.name not in MADE]
    kept = ("--cache", "--cache-location", page.with_name("cache.json"))  # what did not change is not read again
    command = [NODE, TEXTLINT, "--config", ROOT / ".textlintrc.json", "--format", "unix", *kept, *files]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
    return "" if done.returncode == 0 else done.stdout + done.stderr


if __name__ == "__main__":
    if MISSING:
        print(f"prose is not linted, missing: {', '.join(MISSING)}")
    else:
        sys.exit(findings() or None)
