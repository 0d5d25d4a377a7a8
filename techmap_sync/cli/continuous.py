"""``ci``: the one command that a job of a CI runs. It decides from the event what to do."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from techmap_sync.app.ci_event import occasion, outputs_file, summary_file
from techmap_sync.app.formats import Exit, Format
from techmap_sync.app.naming import Named, read_named
from techmap_sync.app.parallel import ALL, Shard, shard_of
from techmap_sync.app.results import Report, Result, asked_reports, rendered, write_report
from techmap_sync.ci_run import Deed, Occasion
from techmap_sync.cli import options
from techmap_sync.cli.app import commands, settings_of
from techmap_sync.cli.ci_log import JobLog
from techmap_sync.cli.console import Screen
from techmap_sync.cli.options import FailOn
from techmap_sync.cli.runs import carry_out, deliver, ended, refused
from techmap_sync.errors import Problem, Refused, TrackerError, UsageProblem
from techmap_sync.reports.github_actions import problem_command

if TYPE_CHECKING:
    from techmap_sync.app.documents_found import MapFiles
    from techmap_sync.app.run import Planned
    from techmap_sync.checkout import Checkout
    from techmap_sync.config import Settings


app = commands()


@app.command(epilog="Example: techmap-sync ci --report markdown=summary.md --report json=report.json")
def ci(
    command: options.Command = None,
    paths: options.PathLines = "",
    to: options.To = None,
    api_url: options.ApiUrl = None,
    config_file: options.ConfigFile = None,
    adopted: options.Adopted = None,
    report: options.Reports = None,
    max_writes: options.MaxWrites = None,
    allow: options.Allow = None,
    resolve: options.Resolve = None,
    recreate: options.Recreate = None,
    rebind: options.Rebind = None,
    accept_settings: options.AcceptSettings = False,
    fail_on: options.FailOnOption = FailOn.PROBLEMS,
    verbose: options.Verbose = False,
) -> None:
    """Do in a CI job what its event asks for.

    A pull or merge request: check the maps, plan, and keep the plan as one comment there. A push to the default branch:
    push. A schedule or a start by hand: reconcile. Anything else: plan.
    """
    from techmap_sync.app.applying import allowances
    from techmap_sync.app.targets import checkout_here
    from techmap_sync.config import environment

    log, reports = JobLog(environment()), asked_reports(report or ())
    try:
        maps = [line.strip() for line in paths.splitlines() if line.strip()] or None
        settings = settings_of(config_file, to=to, api_url=api_url, maps=maps, adopted=adopted)
        shard, screen, allowed = shard_of(None, environment()), Screen(verbose=verbose), allowances(allow or ())
        named = read_named(resolve or (), recreate or (), rebind or ())
        job = _Job(
            settings, checkout_here(settings), screen, log, max_writes, fail_on, shard, allowed, named, accept_settings
        )
        result, codes = job.run(_occasion(command))
    except Problem as problem:
        _tell(problem, log, reports)
        raise
    _hand_on(result, job.screen, reports)
    code = job.screen.ended(result.files, codes, False)
    raise typer.Exit(code if fail_on.fails(code) else Exit.DONE)


@dataclass(frozen=True)
class _Job:
    """One run in a CI."""

    settings: Settings
    checkout: Checkout
    screen: Screen
    log: JobLog
    max_writes: int | None
    fail_on: FailOn
    shard: Shard
    allowed: frozenset[str]
    """Guards that are lifted."""
    named: Named
    """Tasks that are settled, created again or bound again."""
    accept_settings: bool = False

    def run(self, occasion: Occasion) -> tuple[Result, list[Exit]]:
        """Do what is to be done, and return what came of it with all exit codes."""
        self.screen.note(f"{occasion.deed}, because of {occasion.because}")
        if not self.checkout.commit:
            hint = "check the repository out before; in a container, git config --global --add safe.directory '*'"
            raise UsageProblem("there is no git repository here, or git does not trust it", hint)
        alone = self._reason_to_leave_the_tracker(occasion)
        if alone:
            return self._tasks(occasion, alone)
        try:
            planned = self._planned(occasion)
        except TrackerError as problem:
            if not occasion.forked:
                raise
            return self._tasks(occasion, f"{problem.what} (runs from forks have no secrets)")
        self._problems(planned.files)
        if occasion.deed is Deed.PLAN:
            return self._previewed(occasion, planned)
        try:
            self._refuse(planned)
        except Refused as refusal:
            return self._previewed(occasion, planned, refusal)
        return self._written(planned)

    def _refuse(self, planned: Planned) -> None:
        """Stop before the first write.

        :raises Refused: the maps are not those of the default branch, or there is a conflict that has to be settled.
        """
        from techmap_sync.app.applying import refuse_conflicts, refuse_side_branch

        refuse_side_branch(planned, self.checkout)
        if self.fail_on.refuses_conflicts:
            refuse_conflicts(planned)

    def _reason_to_leave_the_tracker(self, occasion: Occasion) -> str:
        from techmap_sync.app.targets import tracker_without_login

        if occasion.deed is Deed.CHECK:
            return "check reads no tracker"
        if {"to", "api_url"} & set(self.settings.uncounted):
            return f"the settings of this checkout do not say where a token goes, because {self.settings.doubt}"
        tracker = tracker_without_login(self.settings, self.checkout) if occasion.review else ""
        why = f"there is no token for {tracker} (runs from forks and of unprotected branches may have none)"
        return why if tracker else ""

    def _tasks(self, occasion: Occasion, reason: str) -> tuple[Result, list[Exit]]:
        """List the tasks of all maps, where tickets are not read."""
        from techmap_sync.app.run import tasks_alone
        from techmap_sync.app.targets import remarks_of

        files, change_set = tasks_alone([], self.settings, self.checkout)
        self._problems(files)
        remark = f"Only the tasks of the maps, not compared with their tickets: {reason}."
        unwritten = [Exit.REFUSED] if occasion.deed in (Deed.PUSH, Deed.RECONCILE) else []
        return self._shown(occasion, Result(files, change_set, remarks=(remark, *remarks_of(self.settings)))), unwritten

    def _planned(self, occasion: Occasion) -> Planned:
        from techmap_sync.app.run import Wishes, make_plan
        from techmap_sync.sync.guards import Guard

        only_shown = occasion.deed is Deed.PLAN
        # Merging makes a newer commit than any that was pushed.
        allowed = self.allowed | ({Guard.OLDER} if only_shown and occasion.review else set())
        allowed |= {Guard.UNCOMMITTED} if only_shown else set()
        # The comment on a review is one and whole, however many runners there are.
        shard = ALL if occasion.review and self.shard.is_first else self.shard
        wishes = Wishes(
            allowed=allowed,
            accept_settings=self.accept_settings,
            reconcile=occasion.deed is Deed.RECONCILE,
            shard=shard,
            named=self.named,
        )
        planned = make_plan([], self.settings, self.checkout, wishes)
        self.screen.shared(shard, planned.files)
        return planned

    def _previewed(
        self, occasion: Occasion, planned: Planned, refusal: Refused | None = None
    ) -> tuple[Result, list[Exit]]:
        """Show the plan, and what kept it from being written if it was to be."""
        result = Result(planned.files, planned.change_set, compared=planned.compared, remarks=planned.remarks)
        codes = refused(planned)
        if refusal is not None:
            self.log.command(problem_command(refusal))
            codes.append(self.screen.failed(refusal))
            remark = f"Nothing was written, {refusal.what}: {refusal.hint}."
            result = replace(result, remarks=(remark, *planned.remarks))
        elif self.fail_on.refuses_conflicts and planned.change_set.counts()["conflict"]:
            codes.append(Exit.REFUSED)
        return self._shown(occasion, result), [*codes, *([Exit.PENDING] if planned.change_set.writes else [])]

    def _written(self, planned: Planned) -> tuple[Result, list[Exit]]:
        with self.log.section("Tickets"):
            result = carry_out(planned, self.screen, Format.TEXT, self.max_writes)
            code = ended(result, self.screen)
        return result, [code, *refused(planned)]

    def _shown(self, occasion: Occasion, result: Result) -> Result:
        """Show a plan in the log and on the review."""
        from techmap_sync.app.results import commented

        if occasion.review is not None and occasion.deed is Deed.PLAN and self.shard.is_first:
            result = commented(occasion.review, result, self.settings, self.checkout)
        with self.log.section("Plan"):
            self.screen.result(rendered(result, Format.TEXT))
        return result

    def _problems(self, files: MapFiles) -> None:
        from techmap_sync.app.checking import CheckFormat, report

        if any(file.diagnostics for file in files.maps):
            with self.log.section("Maps"):
                self.screen.result(report(files, CheckFormat.TEXT))


def _occasion(command: Deed | None) -> Occasion:
    from techmap_sync.config import environment

    variables = environment()
    if command is None:
        return occasion(variables)
    try:
        return replace(occasion(variables), deed=command, because="--command")
    except UsageProblem:
        return Occasion(command, "--command")


def _hand_on(result: Result, screen: Screen, reports: Sequence[Report]) -> None:
    """Write the reports, and what the CI hands on to later steps."""
    from techmap_sync.config import environment
    from techmap_sync.reports.github_actions import output_lines, step_outputs

    deliver(result, screen, reports)
    file = outputs_file(environment())
    if file:
        report = next((report.file for report in reports if report.form is Format.JSON), "")
        outcomes = result.pushed.outcomes if result.pushed else None
        lines = output_lines(step_outputs(result.change_set, outcomes, report), secrets.token_hex(16))
        write_report(file, lines.rstrip("\n"), added_to=file)


def _tell(problem: Problem, log: JobLog, reports: Sequence[Report]) -> None:
    """Say in the summary and as an annotation what ended the run; the screen says it last."""
    from techmap_sync.config import environment
    from techmap_sync.reports.plan_markdown import problem_markdown

    log.command(problem_command(problem))
    for report in reports:
        if report.form is Format.MARKDOWN:
            text = f"**techmap-sync could not run:** {problem_markdown(problem)}"
            write_report(report.file, text, summary_file(environment()))
