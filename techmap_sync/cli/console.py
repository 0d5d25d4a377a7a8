"""What a person sees: results on stdout, everything else on stderr, colour only where a terminal shows it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

from rich.console import Console, RenderableType
from rich.text import Text

from techmap_sync.app.formats import SCREEN, Exit, exit_for, worst
from techmap_sync.cli.ci_log import HarmlessStream, command
from techmap_sync.errors import Problem
from techmap_sync.reports.harmless import Commands, visible
from techmap_sync.reports.messages import hint, sentence
from techmap_sync.secrecy import harmless, hidden

if TYPE_CHECKING:
    from techmap_sync.app.documents_found import MapFiles
    from techmap_sync.app.parallel import Shard
    from techmap_sync.sync.changes import ChangeSet
    from techmap_sync.sync.tracker import Capabilities


_ALSO_THE_SCREEN = frozenset({SCREEN, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
"""Names of stdout, where a runner may listen."""
LONG = 5.0
"""Seconds from which on a run says beforehand how long it will take."""


@dataclass(frozen=True)
class Screen:
    """Prints what commands return."""

    quiet: bool = False
    verbose: bool = False
    no_color: bool = False

    def result(self, rendered: RenderableType) -> None:
        """Print a result; lines that are commands to a runner as such."""
        if isinstance(rendered, Commands):
            for line in filter(None, rendered.split("\n")):
                command(line)
        else:
            self._out.print(_seen(rendered))

    def write(self, file: str, rendered: RenderableType) -> None:
        """Write a result to a file, without colour; ``-`` is the screen."""
        if file in _ALSO_THE_SCREEN:
            self.result(rendered)
        else:
            from techmap_sync.app.ci_event import summary_file
            from techmap_sync.app.results import write_report
            from techmap_sync.config import environment

            write_report(file, _plain(rendered), summary_file(environment()))

    def note(self, text: str) -> None:
        """Say something by the way."""
        if not self.quiet:
            self._err.print(Text(harmless(text), "dim"))

    def failed(self, problem: Problem) -> Exit:
        """Say what went wrong and what to do, and return the exit code."""
        self._err.print(_seen(Text.assemble(("error: ", "bold red"), sentence(problem))))
        if hint(problem):
            self._err.print(_seen(Text.assemble(("hint: ", "cyan"), hint(problem))))
        return exit_for(problem)

    def shared(self, shard: Shard, files: MapFiles) -> None:
        """Say that other runs see to some of the maps."""
        if not shard.is_all:
            self.note(
                f"shard {shard.number} of {shard.total}: {len(files.maps)} maps, {len(files.elsewhere)} elsewhere"
            )

    def passed_over(self, files: MapFiles) -> None:
        """Name the files that are no maps, on request."""
        if self.verbose:
            for path in files.passed_over:
                self.note(f"note: {path} is no technical map, passed over")

    def ended(self, files: MapFiles, codes: Sequence[Exit], require_approved: bool) -> Exit:
        """Say which files stopped themselves, and return the exit code of the run."""
        unreadable = [self.failed(problem) for problem in files.unreadable]
        if not (files.maps or files.unreadable or files.elsewhere):
            self.note(
                f'no map in {", ".join(files.places)}: techmap-sync new "Feature" writes one, '
                "and the setting maps says where they are"
            )
        broken = [Exit.PROBLEMS for file in files.maps if file.errors]
        waiting = [Exit.PROBLEMS for file in files.maps if require_approved and not file.approved]
        return worst([*codes, *unreadable, *broken, *waiting])

    def duration(self, change_set: ChangeSet, capabilities: Capabilities) -> None:
        """Say how long the writes will take at the pace that the server allows."""
        from techmap_sync.sync.outcomes import HOUR, seconds_to_apply

        seconds = seconds_to_apply(change_set, capabilities)
        if seconds >= HOUR:
            self.note(f"about {seconds / HOUR:.1f} h; a run ends when the server's hour is spent, the next one goes on")
        elif seconds > LONG:
            self.note(f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {seconds:.0f} s")

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[], None]]:
        """Show a bar on a terminal while something takes its time; yields what to call after each step.

        Where results go to the terminal too, the bar belongs to their console: only that one can keep its last line
        clear of the bar. Standard output is never redirected, so a pipe gets results and nothing else.
        """
        console = self._out if self._out.is_terminal else self._err
        is_heard = isinstance(sys.stderr, HarmlessStream)  # some variables make Rich take a log for a terminal
        if self.quiet or is_heard or not self._err.is_terminal or not total:
            yield lambda: None
            return
        from rich.progress import Progress

        with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
            task = bar.add_task("writing", total=total)
            yield lambda: bar.advance(task)

    @cached_property
    def _out(self) -> Console:
        return _console(self.no_color)

    @cached_property
    def _err(self) -> Console:
        return _console(self.no_color, stderr=True)


class _Guarded:
    """A stream that lets no secret through."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(hidden(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _seen(rendered: RenderableType) -> RenderableType:
    """Return what a reader sees of it, and no terminal obeys."""
    if isinstance(rendered, str):
        return visible(rendered)
    if isinstance(rendered, Text) and (shown := visible(rendered.plain)) != rendered.plain:
        rendered = rendered.copy()
        rendered.plain = shown
    return rendered


def _plain(rendered: RenderableType) -> str:
    stream = StringIO()
    Console(file=stream, color_system=None, highlight=False, markup=False, emoji=False, soft_wrap=True).print(rendered)
    return hidden(stream.getvalue()).rstrip("\n")


def _console(no_color: bool, stderr: bool = False) -> Console:
    stream = cast(IO[str], _Guarded(sys.stderr if stderr else sys.stdout))
    return Console(
        file=stream,
        stderr=stderr,
        no_color=no_color or None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )
