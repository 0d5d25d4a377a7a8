"""The log of a CI job: sections, and output that the runner does not take for commands; and whether a result was
printed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TextIO

from techmap_sync.programs import environment
from techmap_sync.registry import running, running_ci
from techmap_sync.reports.messages import harmless_line, visible
from techmap_sync.secrecy import hidden


class HarmlessStream(io.TextIOBase):
    """Passes on whole lines, changed so that no line is a command to the runner."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the underlying stream."""
        return self._stream.encoding

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor of the underlying stream."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Take text; a line is passed on when it is complete."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._stream.write(harmless_line(line) + "\n")
        return len(text)

    def flush(self) -> None:
        """Flush complete lines; whether an incomplete one is a command is not known yet."""
        self._stream.flush()

    def finish(self) -> None:
        """Pass on the last line, complete or not."""
        self._stream.write(harmless_line(self._begun))
        self._begun = ""
        self._stream.flush()

    def command(self, line: str) -> None:
        """Pass on a line that is a command on purpose."""
        if self._begun:
            self.write("\n")
        self._stream.write(line + "\n")
        self._stream.flush()


@contextmanager
def nothing_is_obeyed() -> Iterator[None]:
    """In a CI job, make everything that is printed harmless to the runner. Encoding errors never stop a run."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not running(environment()):
        yield
        return
    streams = [HarmlessStream(stream) for stream in before]
    sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for stream in streams:
            stream.finish()


def command(line: str) -> None:
    """Print a command to the runner; everything from outside must be escaped in it."""
    _print(visible(hidden(line)))


def section_marker(line: str) -> None:
    """Print a marker of a section, which contains no text from outside."""
    _print(line)


def _print(line: str) -> None:
    if isinstance(sys.stdout, HarmlessStream):
        sys.stdout.command(line)
    else:
        print(line, flush=True)


@dataclass(frozen=True)
class JobLog:
    """The log of the CI that runs this job."""

    environment: Mapping[str, str]

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Put what is printed into a section of the log."""
        found = running_ci(self.environment)
        if found is None:
            yield
            return
        with contextmanager(found[1].section)(title, section_marker):
            try:
                yield
            finally:
                sys.stderr.flush()

    def command(self, line: str) -> None:
        """Print a command, if the runner takes commands."""
        found = running_ci(self.environment)
        if found and found[1].takes_commands and line:
            command(line)


RESULT: ContextVar[bool] = ContextVar("a result is on stdout", default=False)
