"""The log of a CI job: sections, and text that the runner takes for text."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from techmap_sync.registry import running, running_ci
from techmap_sync.reports.harmless import harmless_line, visible
from techmap_sync.secrecy import hidden


class HarmlessStream(io.TextIOBase):
    """Passes whole lines on, none of which is a command to a runner."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream that is written to."""
        return self._stream.encoding

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor of the stream that is written to."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Take some text; a line is passed on when it has ended."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._stream.write(harmless_line(line) + "\n")
        return len(text)

    def flush(self) -> None:
        """Pass on what has ended: the beginning of a line does not tell whether it is a command."""
        self._stream.flush()

    def finish(self) -> None:
        """Pass on the last line, whether it has ended or not."""
        self._stream.write(harmless_line(self._begun))
        self._begun = ""
        self._stream.flush()

    def command(self, line: str) -> None:
        """Pass on a line that is meant as a command."""
        if self._begun:
            self.write("\n")
        self._stream.write(line + "\n")
        self._stream.flush()


@contextmanager
def nothing_is_obeyed() -> Iterator[None]:
    """Make all that is printed meanwhile harmless where a runner listens; what cannot be encoded is not an error."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not running(os.environ):
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
    """Print a line that the runner shall obey: all in it that is not ours is escaped already."""
    _print(visible(hidden(line)))


def section_marker(line: str) -> None:
    """Print a marker of the runner's log, in which nothing is anybody else's."""
    _print(line)


def _print(line: str) -> None:
    if isinstance(sys.stdout, HarmlessStream):
        sys.stdout.command(line)
    else:
        print(line, flush=True)


@dataclass(frozen=True)
class JobLog:
    """Knows what a runner reads in the lines that a job prints."""

    environment: Mapping[str, str]

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Put what is printed in a section; what maps say is no command to the runner there."""
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
        """Print a command for a runner that takes some; elsewhere there is none."""
        found = running_ci(self.environment)
        if found and found[1].takes_commands and line:
            command(line)
