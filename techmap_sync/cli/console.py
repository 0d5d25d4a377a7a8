"""The output of the program: results on stdout, everything else on stderr, colour only on terminals.

The lines ``next: ...`` lead from one command to the next as far as the first ticket.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

from techmap_sync.app.ci_event import summary_file
from techmap_sync.app.exit_codes import Exit, exit_code, exit_for
from techmap_sync.app.formats import STDOUT
from techmap_sync.cli.ci_log import RESULT, HarmlessStream, command
from techmap_sync.config import find_settings_file
from techmap_sync.errors import Problem, UsageProblem
from techmap_sync.programs import environment
from techmap_sync.reports.messages import Commands, count, hint, sentence, visible
from techmap_sync.reports.styled import Styled, styled
from techmap_sync.secrecy import harmless, hidden
from techmap_sync.trust import in_a_ci

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from techmap_sync.app.documents_found import MapFiles
    from techmap_sync.app.parallel import Shard
    from techmap_sync.app.results import Planned


_STDOUT = frozenset({STDOUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
"""Names of stdout, which the runner of a CI may read."""
LONG = 5.0
"""A run that will take more seconds than this says so beforehand."""
_HOUR = 3600.0


@dataclass(frozen=True)
class Screen:
    """Prints results and messages."""

    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    leads: bool = False
    """A person reads the result as text, and is led on to the next command."""

    def result(self, rendered: RenderableType | Styled) -> None:
        """Print a result; commands to a CI runner are passed on as commands."""
        if isinstance(rendered, Commands):
            for line in filter(None, rendered.split("\n")):
                command(line)
        else:
            self._print(rendered)
        RESULT.set(True)

    def shown_to_people(self, lines: Iterable[RenderableType | Styled]) -> None:
        """Print more than the result, on stdout, where a person reads it; else stdout holds the result alone."""
        for line in lines if self.leads else ():
            self.result(line)

    def write(self, file: str, rendered: RenderableType) -> None:
        """Write a result to a file, without colour; ``-`` is stdout."""
        if file in _STDOUT:
            self.result(rendered)
        else:
            write_report(file, _plain(rendered), summary_file(environment()))

    def note(self, text: str) -> None:
        """Print a note on stderr."""
        if not self.quiet:
            self._print(styled((harmless(text), "dim")), to_err=True)

    def note_beside_bar(self, text: str) -> None:
        """Print a note while ``progress`` shows its bar, by the same console, which keeps the two apart."""
        both = self._out.is_terminal and self._err.is_terminal
        self._print(styled((harmless(text), "dim")), to_err=not both)

    def next(self, step: str) -> None:
        """Print the next step on stderr, where a person is led on and there is one."""
        if self.leads and step:
            self.note(f"next: {step}")

    def failed(self, problem: Problem) -> Exit:
        """Say what went wrong and what to do, and return the exit code."""
        self._print(styled(("error: ", "bold red"), sentence(problem)), to_err=True)
        if hint(problem):
            self._print(styled(("hint: ", "cyan"), hint(problem)), to_err=True)
        return exit_for(problem)

    def ended_by(self, problem: Problem, *, as_json: bool) -> Exit:
        """Say what ended the run, and return its exit code.

        :param as_json: stdout gets the error as well, where it has no result yet.
        """
        code = self.failed(problem)
        if as_json and not RESULT.get():
            from techmap_sync.reports.messages import error_json

            self.result(error_json(problem, code))
        return code

    def note_shard(self, shard: Shard, files: MapFiles) -> None:
        """Say that other runs handle some of the documents."""
        if not shard.is_all:
            here = count(len(files.maps), "document")
            self.note(f"shard {shard.number} of {shard.total}: {here}, {len(files.elsewhere)} elsewhere")

    def list_skipped(self, files: MapFiles) -> None:
        """Name the files that are not maps, on request."""
        if self.verbose:
            for path in files.passed_over:
                self.note(f"note: {path} is not a technical map, skipped")

    def ended(self, files: MapFiles, codes: Sequence[Exit], require_approved: bool) -> Exit:
        """Say which files could not be read, and return the exit code of the run.

        :param codes: what else the run could end with.
        """
        for problem in files.unreadable:
            self.failed(problem)
        if not (files.maps or files.unreadable or files.elsewhere):
            self.note(f"no document in {', '.join(files.places)}; the settings maps and families say what is read")
            self.next(without_maps())
        return exit_code(files, codes, require_approved)

    def note_duration(self, seconds: float, *, by_hour: bool) -> None:
        """Say how long the writes take, if that is long.

        :param by_hour: the server limits what an account may create in an hour.
        """
        if seconds >= _HOUR:
            pause = "; a run stops at the server's hourly limit, and the next one continues" if by_hour else ""
            self.note(f"about {seconds / _HOUR:.1f} h for these writes{pause}")
        elif seconds > LONG:
            time = f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"
            self.note(f"about {time} for these writes")

    def agrees(self, question: str) -> bool:
        """Ask a person on a terminal, once; into a pipe and in a CI nobody is asked, and the answer is yes."""
        if not _somebody_is_there():
            return True
        self._print(styled((f"{harmless(question)} [y/N] ", "bold")), to_err=True, end="")
        return sys.stdin.readline().strip().casefold() in ("y", "yes")

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[], None]]:
        """Show a progress bar on a terminal; yields what to call after each step.

        When results go to the terminal too, the bar uses their console, which keeps the two apart. Standard output is
        never redirected, so a pipe gets results only.
        """
        console = self._out if self._out.is_terminal else self._err
        is_heard = isinstance(sys.stderr, HarmlessStream)  # some variables make Rich treat a log as a terminal
        if self.quiet or is_heard or not self._err.is_terminal or not total:
            yield lambda: None
            return
        from rich.progress import Progress

        with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
            task = bar.add_task("writing", total=total)
            yield lambda: bar.advance(task)

    def _print(self, rendered: RenderableType | Styled, *, to_err: bool = False, end: str = "\n") -> None:
        """Print what a report made: by Rich where a terminal shows colours or it is more than text, else as it is."""
        stream = sys.stderr if to_err else sys.stdout
        if isinstance(rendered, (str, Styled)) and _takes_only_text(stream):
            text = rendered if isinstance(rendered, str) else rendered.plain
            _write(stream, visible(text).expandtabs(_TAB) + end)
        else:
            (self._err if to_err else self._out).print(_seen(rendered), end=end)

    @cached_property
    def _out(self) -> Console:
        return _console(self.no_color)

    @cached_property
    def _err(self) -> Console:
        return _console(self.no_color, stderr=True)


def _somebody_is_there() -> bool:
    """Whether a person sees what is printed and can answer it."""
    streams = (sys.stdin, sys.stdout, sys.stderr)  # each may be None in a process without a console
    in_ci = bool(environment().get("CI")) or in_a_ci(environment())
    return not in_ci and all(stream is not None and stream.isatty() for stream in streams)


def write_report(file: str, text: str, added_to: str) -> None:
    """Write a report to a file.

    :param added_to: the summary of a CI step, which others write to as well; any other file is overwritten.
    :raises UsageProblem: it cannot be written.
    """
    write_file(file, text, flag="--report", append=file == added_to)


def write_file(file: str, text: str, *, flag: str, append: bool = False) -> None:
    """Write a text and a final newline to a file that the user named.

    :param flag: the option that named it, for the message.
    :raises UsageProblem: it cannot be written.
    """
    try:
        with Path(file).open(
            "a" if append else "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as stream:
            stream.write(hidden(text) + "\n")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a valid file name"
        raise UsageProblem(f"cannot write {file}: {why}", f"name another file with {flag}") from error


class _Guarded:
    """A stream that hides secrets."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text without its secrets."""
        return self._stream.write(hidden(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_TAB = 8
"""Columns, as Rich counts them."""
_COLOURS = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""Where these are set, Rich decides: https://rich.readthedocs.io/en/stable/console.html#environment-variables"""


def _takes_only_text(stream: TextIO | None) -> bool:
    """Whether a stream is no terminal and nothing makes Rich take it for one."""
    return stream is not None and not stream.isatty() and not any(name in environment() for name in _COLOURS)


def _write(stream: TextIO, text: str) -> None:
    """Write a text without its secrets. Where nobody reads on, as in ``| head``, the program ends as Rich ends it."""
    try:
        stream.write(hidden(text))
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        sys.exit(1)


def _seen(rendered: RenderableType | Styled) -> RenderableType:
    """Return what may be printed: no control character reaches the terminal."""
    from rich.text import Text  # loading Rich takes longer than reading a map

    if isinstance(rendered, str):
        return visible(rendered)
    if isinstance(rendered, Styled):
        return Text.assemble(*((visible(text), style) for text, style in rendered.parts))
    if isinstance(rendered, Text) and (shown := visible(rendered.plain)) != rendered.plain:
        rendered = rendered.copy()
        rendered.plain = shown
    return rendered


def _plain(rendered: RenderableType) -> str:
    stream = StringIO()
    _rich(stream, color_system=None).print(rendered)
    return hidden(stream.getvalue()).rstrip("\n")


def _console(no_color: bool, stderr: bool = False) -> Console:
    stream = cast(IO[str], _Guarded(sys.stderr if stderr else sys.stdout))
    return _rich(stream, stderr=stderr, no_color=no_color or None)


def _rich(stream: IO[str], **more: Any) -> Console:
    """Return a console of Rich that writes what it is given and adds nothing."""
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True, **more)


_APPROVE = 'answer "Implementation Ready" with Yes where it is approved'
WRITE_ONE = 'techmap-sync new "Feature"'


def command_line(name: str, paths: Sequence[str] | None, **flags: object) -> str:
    """Return a command to type, with the paths and flags that the last one had.

    :param flags: by name, ``api_url`` for ``--api-url``; those that were not given are left out.
    """
    given = {f"--{flag.replace('_', '-')}": str(value) for flag, value in flags.items() if value is not None}
    return shlex.join(["techmap-sync", name, *(paths or ()), *(word for pair in given.items() for word in pair)])


def without_maps() -> str:
    """Return what to do where there is no map."""
    if find_settings_file(Path.cwd()):
        return WRITE_ONE
    return f"techmap-sync init, then {WRITE_ONE}; the other way round works too"


def after_check(files: MapFiles, paths: Sequence[str] | None, config: Path | None) -> str:
    """Return what to do after a check; empty where it found errors or nothing, which say enough themselves."""
    if not files.maps or files.unreadable or any(file.errors for file in files.maps):
        return ""
    plan = command_line("plan", paths, config=config)
    return plan if any(file.approved for file in files.maps) else f"{_APPROVE}, then {plan}"


def after_plan(planned: Planned, out: Path | None, paths: Sequence[str] | None, **flags: object) -> str:
    """Return what to do after a plan while the tracker has no ticket; empty later.

    :param out: the file that the plan was written to as well.
    """
    files, changes = planned.files, planned.change_set
    if not planned.is_first or not files.maps or any(each.refusals for each in changes.maps):
        return ""
    if changes.writes:
        return command_line("push", paths, plan=out, **flags)
    is_waiting = not any(file.approved or file.errors for file in files.maps)
    return f"{_APPROVE}, then {command_line('plan', paths, **flags)}" if is_waiting else ""
