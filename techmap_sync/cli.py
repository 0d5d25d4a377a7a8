"""The command line: the only file that prints and exits."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from techmap_sync import __version__
from techmap_sync.checkout import checkout_of
from techmap_sync.commands.exit_codes import Exit, exit_for, worst
from techmap_sync.commands.maps import MapFiles
from techmap_sync.config import FILE_NAME, Settings, find_settings_file, load_settings
from techmap_sync.errors import Problem
from techmap_sync.reports.messages import hint, sentence

app = typer.Typer(
    name="techmap-sync",
    help="Turn approved technical maps into tickets and keep both in step: nothing twice, nothing lost.",
    epilog="Example: techmap-sync plan docs/maps --to backlog:./backlog",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"


Paths = Annotated[list[str] | None, typer.Argument(help="Maps, folders or globs. Default: the setting `maps`.")]
To = Annotated[
    str | None, typer.Option(help="Tracker and target: backlog:FOLDER, github:OWNER/NAME, gitlab:GROUP/NAME.")
]
ConfigFile = Annotated[Path | None, typer.Option("--config", help=f"Settings file. Default: the nearest {FILE_NAME}.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is written.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only results and errors.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Also say what was passed over.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour, as under NO_COLOR.")]
RequireApproved = Annotated[bool, typer.Option(help="Exit 1 when a map is not approved yet.")]


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Options of the program itself."""
    if version:
        print(f"techmap-sync {__version__}")
        raise typer.Exit


@app.command(epilog="Example: techmap-sync check docs/maps")
def check(
    paths: Paths = None,
    config_file: ConfigFile = None,
    output: FormatOption = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
    require_approved: RequireApproved = False,
) -> None:
    """Read maps and say what is wrong with them."""
    from techmap_sync.commands.maps import read_maps
    from techmap_sync.reports import check_json, check_text

    screen = Screen(quiet, verbose, no_color)
    files = read_maps(paths or [], _settings(config_file))
    screen.result((check_json.check_json if output is Format.JSON else check_text.check_text)(files.checked))
    screen.passed_over(files)
    raise typer.Exit(screen.ended(files, [], require_approved))


@app.command(epilog="Example: techmap-sync show docs/maps/two-factor.md")
def show(
    path: Annotated[str, typer.Argument(help="One map.", metavar="MAP")],
    config_file: ConfigFile = None,
    output: FormatOption = Format.TEXT,
    no_color: NoColor = False,
) -> None:
    """Print what was understood of one map."""
    from techmap_sync.commands.showing import read_one
    from techmap_sync.reports import show_json, show_text

    file = read_one(path, _settings(config_file))
    understood, map_id = file.technical_map, file.outline.map_id
    as_json = output is Format.JSON
    rendered = (
        show_json.show_json(understood, map_id, file.checked) if as_json else show_text.show_text(understood, map_id)
    )
    Screen(no_color=no_color).result(rendered)


@app.command(epilog="Example: techmap-sync plan docs/maps --to backlog:./backlog")
def plan(
    paths: Paths = None,
    to: To = None,
    config_file: ConfigFile = None,
    output: FormatOption = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
    require_approved: RequireApproved = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 3 when changes are pending.")] = False,
) -> None:
    """Show what a push would write, and write nothing."""
    from techmap_sync.commands.planning import make_plan
    from techmap_sync.reports import plan_json, plan_text

    screen = Screen(quiet, verbose, no_color)
    planned = make_plan(paths or [], _settings(config_file, to=to), checkout_of(Path.cwd()))
    change_set = planned.change_set
    screen.result(plan_json.plan_json(change_set) if output is Format.JSON else plan_text.plan_text(change_set))
    screen.passed_over(planned.files)
    pending = [Exit.PENDING] if exit_code and change_set.writes else []
    raise typer.Exit(screen.ended(planned.files, pending, require_approved))


@app.command(epilog="Example: techmap-sync push docs/maps --to backlog:./backlog")
def push(
    paths: Paths = None,
    to: To = None,
    config_file: ConfigFile = None,
    output: FormatOption = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
    require_approved: RequireApproved = False,
) -> None:
    """Show what will be written, and write just that."""
    from techmap_sync.commands.planning import make_plan
    from techmap_sync.commands.pushing import Pushed, push_plan
    from techmap_sync.reports import plan_json, plan_text

    screen = Screen(quiet, verbose, no_color)
    planned = make_plan(paths or [], _settings(config_file, to=to), checkout_of(Path.cwd()))
    if output is Format.TEXT:
        screen.result(plan_text.plan_text(planned.change_set))
    pushed = Pushed()
    with screen.progress(len(planned.change_set.writes)) as advance:
        for outcome in push_plan(planned, pushed):
            advance()
            if output is Format.TEXT and (verbose or outcome.change.edge is None):
                screen.result(plan_text.outcome_line(outcome))
    if output is Format.JSON:
        screen.result(plan_json.push_json(planned.change_set, pushed.outcomes, pushed.complete))
    elif planned.change_set.writes:
        screen.result(plan_text.done_line(pushed.outcomes, planned.change_set.tracker))
    screen.passed_over(planned.files)
    stopped = [screen.failed(pushed.problem)] if pushed.problem else []
    raise typer.Exit(screen.ended(planned.files, stopped, require_approved))


def main() -> None:
    """Run the program: the one place where a problem becomes a sentence and an exit code."""
    try:
        app()
    except Problem as problem:
        sys.exit(Screen().failed(problem))
    except Exception as error:  # noqa: BLE001 - the last boundary: a bug shall not look like the user's fault
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        print(f"error: this is a bug in techmap-sync: {type(error).__name__} in {place}: {error}", file=sys.stderr)
        sys.exit(Exit.BUG)


@dataclass(frozen=True)
class Screen:
    """Results go to stdout, everything else to stderr; colour only where a terminal shows it."""

    quiet: bool = False
    verbose: bool = False
    no_color: bool = False

    def result(self, rendered: RenderableType) -> None:
        """Print a result."""
        console = Console(no_color=self.no_color or None, highlight=False, markup=False, emoji=False, soft_wrap=True)
        console.print(rendered)

    def note(self, text: str) -> None:
        """Say something by the way."""
        if not self.quiet:
            self._err().print(Text(text, "dim"))

    def failed(self, problem: Problem) -> Exit:
        """Say what went wrong and what to do, and return the exit code."""
        self._err().print(Text.assemble(("error: ", "bold red"), sentence(problem)))
        if hint(problem):
            self._err().print(Text.assemble(("hint: ", "cyan"), hint(problem)))
        return exit_for(problem)

    def passed_over(self, files: MapFiles) -> None:
        """Name the files that are no maps, on request."""
        if self.verbose:
            for path in files.passed_over:
                self.note(f"note: {path} is no technical map, passed over")

    def ended(self, files: MapFiles, codes: Sequence[Exit], require_approved: bool) -> Exit:
        """Say which files stopped themselves, and return the exit code of the run."""
        unreadable = [self.failed(problem) for problem in files.unreadable]
        broken = [Exit.PROBLEMS for file in files.maps if file.errors]
        waiting = [Exit.PROBLEMS for file in files.maps if require_approved and not file.approved]
        return worst([*codes, *unreadable, *broken, *waiting])

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[], None]]:
        """Show a bar on a terminal while something takes its time; yields what to call after each step."""
        console = self._err()
        if self.quiet or not console.is_terminal or not total:
            yield lambda: None
            return
        from rich.progress import Progress

        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("writing", total=total)
            yield lambda: bar.advance(task)

    def _err(self) -> Console:
        return Console(
            stderr=True, no_color=self.no_color or None, highlight=False, markup=False, emoji=False, soft_wrap=True
        )


def _settings(config_file: Path | None, **flags: object) -> Settings:
    """Return the settings of this run; a flag that was not given is None."""
    given = {name: value for name, value in flags.items() if value is not None}
    return load_settings(config_file or find_settings_file(Path.cwd()), given)
