"""The command line: what each command is called, and what it prints."""

from __future__ import annotations

import shlex
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from techmap_sync import __version__, options
from techmap_sync.checkout import checkout_of, user_name
from techmap_sync.commands.checking import CheckFormat, explanation, report
from techmap_sync.commands.creating import new_map
from techmap_sync.commands.exit_codes import Exit
from techmap_sync.commands.maps import read_maps
from techmap_sync.config import Settings, find_settings_file, load_settings
from techmap_sync.errors import Problem, UsageProblem
from techmap_sync.options import Format
from techmap_sync.runs import carry_out, refused, shown
from techmap_sync.screen import Screen

if TYPE_CHECKING:
    from techmap_sync.commands.planning import Wishes

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


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Options of the program itself."""
    if version:
        print(f"techmap-sync {__version__}")
        raise typer.Exit


@app.command(epilog='Example: techmap-sync new "Two-Factor Login"')
def new(name: options.Feature, output: options.Output = None, config_file: options.ConfigFile = None) -> None:
    """Write a map from the blank template, with date and author filled in."""
    path = new_map(name, output, datetime.now().astimezone().date(), user_name(Path.cwd()), _settings(config_file))
    Screen().result(f"wrote {path}\nnext: fill it in, then techmap-sync check {shlex.quote(str(path))}")


@app.command(epilog="Example: techmap-sync check docs/maps")
def check(
    paths: options.Paths = None,
    explain: options.Explain = None,
    config_file: options.ConfigFile = None,
    output: options.CheckFormatOption = CheckFormat.TEXT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    require_approved: options.RequireApproved = False,
) -> None:
    """Read maps and say what is wrong with them."""
    screen = Screen(quiet, verbose, no_color)
    if explain is not None:
        screen.result(explanation(explain))
        return
    files = read_maps(paths or [], _settings(config_file))
    screen.result(report(files.checked, output))
    screen.passed_over(files)
    raise typer.Exit(screen.ended(files, [], require_approved))


@app.command(epilog="Example: techmap-sync show docs/maps/two-factor.md")
def show(
    path: options.OneMap,
    config_file: options.ConfigFile = None,
    output: options.FormatOption = Format.TEXT,
    no_color: options.NoColor = False,
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
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    output: options.FormatOption = Format.TEXT,
    out: options.Out = None,
    take: options.Take = None,
    new: options.New = None,
    allow: options.Allow = None,
    refresh: options.Refresh = False,
    accept_settings: options.AcceptSettings = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    require_approved: options.RequireApproved = False,
    exit_code: options.ExitCode = False,
) -> None:
    """Show what a push would write, and write nothing."""
    from techmap_sync.commands.planning import make_plan
    from techmap_sync.reports import plan_json

    screen = Screen(quiet, verbose, no_color)
    wishes = _wishes(take, new, allow, refresh, accept_settings)
    planned = make_plan(paths or [], _settings(config_file, to=to, api_url=api_url), checkout_of(Path.cwd()), wishes)
    if out is not None:
        out.write_text(plan_json.plan_json(planned.change_set) + "\n", encoding="utf-8")
    screen.result(shown(planned, output is Format.JSON))
    screen.passed_over(planned.files)
    pending = [Exit.PENDING] if exit_code and planned.change_set.writes else []
    raise typer.Exit(screen.ended(planned.files, [*pending, *refused(planned)], require_approved))


@app.command(epilog="Example: techmap-sync push docs/maps --to backlog:./backlog")
def push(
    paths: options.Paths = None,
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    output: options.FormatOption = Format.TEXT,
    plan_file: options.PlanFile = None,
    max_writes: options.MaxWrites = None,
    strict: options.Strict = False,
    take: options.Take = None,
    new: options.New = None,
    allow: options.Allow = None,
    refresh: options.Refresh = False,
    accept_settings: options.AcceptSettings = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    require_approved: options.RequireApproved = False,
) -> None:
    """Show what will be written, and write just that."""
    from techmap_sync.commands.planning import make_plan
    from techmap_sync.commands.pushing import hold_to, refuse_conflicts

    screen = Screen(quiet, verbose, no_color)
    wishes = _wishes(take, new, allow, refresh, accept_settings)
    planned = make_plan(paths or [], _settings(config_file, to=to, api_url=api_url), checkout_of(Path.cwd()), wishes)
    if plan_file is not None:
        hold_to(planned, plan_file)
    if strict:
        refuse_conflicts(planned)
    code = carry_out(planned, screen, output is Format.JSON, max_writes)
    raise typer.Exit(screen.ended(planned.files, [code, *refused(planned)], require_approved))


@app.command(epilog="Example: techmap-sync reconcile --report-only --to backlog:./backlog")
def reconcile(
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    output: options.FormatOption = Format.TEXT,
    report_only: options.ReportOnly = False,
    retire: options.Retire = None,
    max_writes: options.MaxWrites = None,
    allow: options.Allow = None,
    accept_settings: options.AcceptSettings = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Bring all maps and their tickets back in step: links, copies, orphans, finished maps."""
    from techmap_sync.commands.planning import Wishes, make_plan
    from techmap_sync.syncing.changes import Action

    screen = Screen(quiet, verbose, no_color)
    wishes = Wishes(
        allowed=frozenset(allow or ()),
        accept_settings=accept_settings,
        reconcile=True,
        retired=frozenset(retire or ()),
    )
    planned = make_plan([], _settings(config_file, to=to, api_url=api_url), checkout_of(Path.cwd()), wishes)
    if report_only:
        screen.result(shown(planned, output is Format.JSON))
        drifted = any(c.writes or c.action in (Action.SKIP, Action.CONFLICT) for c in planned.change_set.changes)
        code = Exit.PENDING if drifted else Exit.DONE
    else:
        code = carry_out(planned, screen, output is Format.JSON, max_writes)
    raise typer.Exit(screen.ended(planned.files, [code, *refused(planned)], False))


@app.command(epilog="Example: techmap-sync doctor --to github:octo/app")
def doctor(
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    no_color: options.NoColor = False,
) -> None:
    """Look at token, rights and tickets of a tracker, and write nothing."""
    from techmap_sync.commands.examining import examine
    from techmap_sync.reports.doctor_text import doctor_text

    name, findings = examine(_settings(config_file, to=to, api_url=api_url), checkout_of(Path.cwd()))
    Screen(no_color=no_color).result(doctor_text(name, findings))
    raise typer.Exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.TRACKER)


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


def _settings(config_file: Path | None, **flags: object) -> Settings:
    """Return the settings of this run; a flag that was not given is None."""
    given = {name: value for name, value in flags.items() if value is not None}
    return load_settings(config_file or find_settings_file(Path.cwd()), given)


def _wishes(
    take: tuple[str, str] | None,
    new: Sequence[str] | None,
    allow: Sequence[str] | None,
    refresh: bool,
    accept_settings: bool,
) -> Wishes:
    from techmap_sync.commands.planning import Wishes
    from techmap_sync.syncing.guard import Guard
    from techmap_sync.syncing.policy import Side

    sides = [take] if take else []
    unknown = [side for side, _ in sides if side not in list(Side)]
    unknown += [guard for guard in allow or () if guard not in list(Guard)]
    if unknown:
        raise UsageProblem(
            f"not understood: {unknown[0]}", "--take takes map KEY or tracker KEY, --allow takes " + ", ".join(Guard)
        )
    return Wishes(
        take={key: Side(side) for side, key in sides},
        new=frozenset(new or ()),
        allowed=frozenset(allow or ()),
        refresh=refresh,
        accept_settings=accept_settings,
    )
