"""Runs the program on a pseudo-terminal and reads what a person sees there."""

from __future__ import annotations

import os
import pty
import struct
from collections.abc import Callable
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import pyte

from tests import forked
from tests.forked import Forked

_LINES = 50


@dataclass(frozen=True)
class Recording:
    """What stands on the terminal when the program has ended, scrolled lines included."""

    code: int
    lines: tuple[str, ...]
    bytes: bytes
    """Everything that was sent to the terminal."""

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def record(
    folder: Path,
    *arguments: str | Path,
    columns: int = 80,
    variables: dict[str, str] | None = None,
    piped: Path | None = None,
    typed: str = "",
    started: Callable[[Forked], None] = lambda _: None,
) -> Recording:
    """Run the program with its input and output on a terminal of some columns.

    :param piped: a file that takes standard output in place of the terminal.
    :param typed: what the person types; it waits until the program asks.
    :param started: called with the process as soon as it runs.
    """
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", _LINES, columns, 0, 0))
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", **(variables or {})}
    out = piped.open("wb") if piped else None
    stdout = out.fileno() if out else theirs
    process = forked.start(arguments, cwd=folder, env=environment, stdin=theirs, stdout=stdout, stderr=theirs)
    os.close(theirs)
    started(process)
    os.write(ours, typed.encode())
    sent = _everything(ours)
    os.close(ours)
    if out:
        out.close()
    return Recording(process.wait(), _seen(sent, columns), sent)


def _everything(terminal: int) -> bytes:
    sent = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # Linux reports the end of a pseudo-terminal as an input/output error.
            return sent
        if not part:
            return sent
        sent += part


def _seen(sent: bytes, columns: int) -> tuple[str, ...]:
    """Return the lines of a terminal as they were typed; a line that the terminal wraps is one line."""
    screen = _WrappingScreen(columns, _LINES, history=100_000, ratio=1.0)
    pyte.ByteStream(screen).feed(sent)
    lines = [""]
    for row in [*screen.history.top, *(screen.buffer[number] for number in range(_LINES))]:
        lines[-1] += "".join(row[column].data for column in range(columns))
        if not getattr(row, "wrapped", False):
            lines[-1] = lines[-1].rstrip()
            lines.append("")
    return tuple(lines[:-1])


class _WrappingScreen(pyte.HistoryScreen):
    """A screen that remembers which rows the terminal itself broke, at a space too."""

    _drawing = False

    def draw(self, data: str) -> None:
        self._drawing = True
        super().draw(data)
        self._drawing = False

    def linefeed(self) -> None:
        if self._drawing:
            self.buffer[self.cursor.y].wrapped = True  # type: ignore[attr-defined]
        super().linefeed()
