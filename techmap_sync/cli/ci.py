"""``ci``: the one command that a CI job runs. It decides from the event what to do."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

import typer

from techmap_sync.app.applying import carry_out, codes_of, deliver
from techmap_sync.app.ci_event import current_event, outputs_file, summary_file
from techmap_sync.app.documents_found import MapFiles
from techmap_sync.app.exit_codes import Exit
from techmap_sync.app.formats import Format, Report, asked_reports
from techmap_sync.app.parallel import ALL, shard_of
from techmap_sync.app.plan_comment import commented
from techmap_sync.app.propose import propose_ticks
from techmap_sync.app.results import Planned, Result, rendered
from techmap_sync.app.run import make_plan
from techmap_sync.app.run_guards import allowances, refuse_conflicts, refuse_side_branch
from techmap_sync.app.run_options import RunOptions, read_named
from techmap_sync.app.targets import checkout_here, tracker_without_login
from techmap_sync.app.without_tracker import tasks_alone
from techmap_sync.checkout import Checkout
from techmap_sync.ci_run import CiCommand, CiEvent
from techmap_sync.cli import options
from techmap_sync.cli.ci_log import JobLog
from techmap_sync.cli.console import Screen, write_report
from techmap_sync.config import remarks_of
from techmap_sync.errors import Problem, Refused, TrackerError, UsageProblem
from techmap_sync.programs import environment
from techmap_sync.reports.check_results import check_text
from techmap_sync.reports.github_actions import output_lines, problem_command, step_outputs
from techmap_sync.reports.messages import sentence
from techmap_sync.reports.plan_markdown import problem_markdown
from techmap_sync.settings import Settings
from techmap_sync.sync.policy import NOT_YET_MERGED, Guard

EXAMPLE = "techmap-sync ci --report markdown=summary.md --report json=report.json"


class FailOn(StrEnum):
    """What makes a CI job fail, besides configuration errors and tracker failures; each includes those before it."""

    NEVER = "never"
    PROBLEMS = "problems"
    """A map has errors, or a guard refused."""
    CONFLICTS = "conflicts"
    """Map and tracker both changed a field; then nothing is written."""
    CHANGES = "changes"
    """Changes are pending."""

    @property
    def refuses_conflicts(self) -> bool:
        """Whether nothing is written when there is a conflict."""
        return self in (FailOn.CONFLICTS, FailOn.CHANGES)

    def fails(self, code: Exit) -> bool:
        """Whether a job that ended with this code has failed."""
        match code:
            case Exit.PROBLEMS | Exit.REFUSED:
                return self is not FailOn.NEVER
            case Exit.PENDING:
                return self is FailOn.CHANGES
            case _:
                return code is not Exit.DONE


class PullAs(StrEnum):
    """How ticks of completed tickets come back into the documents."""

    NONE = ""
    PULL_REQUEST = "pull-request"
    MERGE_REQUEST = "merge-request"
    """GitLab's word for the same."""


Command = Annotated[CiCommand | None, typer.Option(help="Run this command, whatever the event is.")]
PathLines = Annotated[
    str, typer.Option("--paths", help="Maps, folders or globs, one per line. Default: the setting `maps`.")
]
PullOption = Annotated[
    PullAs,
    typer.Option(
        "--pull", help="After a push of the default branch: propose the ticks of completed tickets as one request."
    ),
]
FailOnOption = Annotated[FailOn, typer.Option(help="What makes the job fail; each includes those before it.")]


def ci(
    command: Command = None,
    paths: PathLines = "",
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
    pull: PullOption = PullAs.NONE,
    fail_on: FailOnOption = FailOn.PROBLEMS,
    verbose: options.Verbose = False,
) -> None:
    """Run the right command for the current CI event.

    A pull or merge request: check the maps, plan, and keep the plan as one comment there. A push to the default branch:
    push. A schedule or a start by hand: reconcile. Anything else: plan.
    """
    log, reports = JobLog(environment()), asked_reports(report or ())
    try:
        maps = [line.strip() for line in paths.splitlines() if line.strip()] or None
        settings = options.settings_of(config_file, to=to, api_url=api_url, maps=maps, adopted=adopted)
        shard, screen, allowed = shard_of(None, environment()), Screen(verbose=verbose), allowances(allow or ())
        named = read_named(resolve or (), recreate or (), rebind or ())
        run_options = RunOptions(named=named, allowed=allowed, accept_settings=accept_settings, shard=shard)
        job = _Job(settings, checkout_here(settings), screen, log, max_writes, fail_on, run_options)
        event = _event(command)
        result, codes = job.run(event)
        if pull is not PullAs.NONE:
            result = job.proposed(event, result, codes)
    except Problem as problem:
        _report_problem(problem, log, reports)
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
    run_options: RunOptions
    """What the job's flags and its shard ask for."""

    def run(self, event: CiEvent) -> tuple[Result, list[Exit]]:
        """Run the command, and return its result with all exit codes."""
        self.screen.note(f"{event.command}, because of {event.reason}")
        if not self.checkout.commit:
            hint = "check the repository out first; in a container, git config --global --add safe.directory '*'"
            raise UsageProblem("not in a git repository, or git does not trust it", hint)
        alone = self._reason_to_leave_the_tracker(event)
        if alone:
            return self._tasks(event, alone)
        try:
            planned = self._planned(event)
        except TrackerError as problem:
            if not event.forked:
                raise
            return self._tasks(event, f"{problem.what} (runs from forks have no secrets)")
        self._problems(planned.files)
        if event.command is CiCommand.PLAN:
            return self._previewed(event, planned)
        try:
            self._refuse(planned)
        except Refused as refusal:
            return self._previewed(event, planned, refusal)
        return self._written(planned)

    def proposed(self, event: CiEvent, result: Result, codes: list[Exit]) -> Result:
        """Propose the ticks of completed tickets, and return the result with what became of that.

        :param codes: of the run; a failure is added, and takes nothing back.
        """
        try:
            said = propose_ticks(self.settings, self.checkout, event)
        except Problem as problem:
            codes.append(self.screen.failed(problem))
            said = (f"No ticks were proposed: {sentence(problem)}.",)
        for each in said:
            self.screen.note(each)
        return replace(result, remarks=(*result.remarks, *said))

    def _refuse(self, planned: Planned) -> None:
        """Stop before the first write.

        :raises Refused: the maps are not those of the default branch, or there is an open conflict.
        """
        refuse_side_branch(planned.tracker, planned.files.maps, self.checkout, self.run_options.allowed)
        if self.fail_on.refuses_conflicts:
            refuse_conflicts(planned.change_set)

    def _reason_to_leave_the_tracker(self, event: CiEvent) -> str:
        if event.command is CiCommand.CHECK:
            return "check reads no tracker"
        if {"to", "api_url"} & set(self.settings.uncounted):
            return f"the settings of this checkout do not say where a token goes, because {self.settings.doubt}"
        tracker = tracker_without_login(self.settings, self.checkout) if event.review else ""
        why = f"there is no token for {tracker} (runs from forks and of unprotected branches may have none)"
        return why if tracker else ""

    def _tasks(self, event: CiEvent, reason: str) -> tuple[Result, list[Exit]]:
        """List the tasks of all maps without reading tickets."""
        files, change_set = tasks_alone([], self.settings, self.checkout)
        self._problems(files)
        remark = f"Only the tasks of the maps, not compared with their tickets: {reason}."
        unwritten = [Exit.REFUSED] if event.command in (CiCommand.PUSH, CiCommand.RECONCILE) else []
        return self._shown(event, Result(files, change_set, remarks=(remark, *remarks_of(self.settings)))), unwritten

    def _planned(self, event: CiEvent) -> Planned:
        only_shown, run_options = event.command is CiCommand.PLAN, self.run_options
        # Merging makes a newer commit than any that was pushed.
        allowed = run_options.allowed | ({Guard.OLDER} if only_shown and event.review else set())
        allowed |= NOT_YET_MERGED if only_shown else set()
        # There is one comment on a review, about all maps, however many runners there are.
        shard = ALL if event.review and run_options.shard.is_first else run_options.shard
        run_options = replace(run_options, allowed=allowed, reconcile=event.command is CiCommand.RECONCILE, shard=shard)
        planned = make_plan([], self.settings, self.checkout, run_options)
        self.screen.note_shard(shard, planned.files)
        return planned

    def _previewed(self, event: CiEvent, planned: Planned, refusal: Refused | None = None) -> tuple[Result, list[Exit]]:
        """Show the plan, and why it was not applied if it should have been."""
        result = Result.of(planned)
        codes = codes_of(result, self.screen)
        if refusal is not None:
            self.log.command(problem_command(refusal))
            codes.append(self.screen.failed(refusal))
            remark = f"Nothing was written, {refusal.what}: {refusal.hint}."
            result = replace(result, remarks=(remark, *planned.remarks))
        elif self.fail_on.refuses_conflicts and planned.change_set.counts()["conflict"]:
            codes.append(Exit.REFUSED)
        return self._shown(event, result), [*codes, *([Exit.PENDING] if planned.change_set.writes else [])]

    def _written(self, planned: Planned) -> tuple[Result, list[Exit]]:
        with self.log.section("Tickets"):
            result = carry_out(planned, self.screen, Format.TEXT, self.max_writes)
            codes = codes_of(result, self.screen)
        return result, codes

    def _shown(self, event: CiEvent, result: Result) -> Result:
        """Show a plan in the log and in the review."""
        if event.review is not None and event.command is CiCommand.PLAN and self.run_options.shard.is_first:
            result = commented(event.review, result, self.settings, self.checkout)
        with self.log.section("Plan"):
            self.screen.result(rendered(result, Format.TEXT))
        return result

    def _problems(self, files: MapFiles) -> None:
        if any(file.diagnostics for file in files.maps):
            with self.log.section("Maps"):
                self.screen.result(check_text(files.checked))


def _event(command: CiCommand | None) -> CiEvent:
    variables = environment()
    if command is None:
        return current_event(variables)
    try:
        return replace(current_event(variables), command=command, reason="--command")
    except UsageProblem:
        return CiEvent(command, "--command")


def _hand_on(result: Result, screen: Screen, reports: Sequence[Report]) -> None:
    """Write the reports and the outputs of the step."""
    deliver(result, screen, reports)
    file = outputs_file(environment())
    if file:
        report = next((report.file for report in reports if report.form is Format.JSON), "")
        outcomes = result.pushed.outcomes if result.pushed else None
        lines = output_lines(step_outputs(result.change_set, outcomes, report), secrets.token_hex(16))
        write_report(file, lines.rstrip("\n"), added_to=file)


def _report_problem(problem: Problem, log: JobLog, reports: Sequence[Report]) -> None:
    """Report in the summary and as an annotation what ended the run; the log shows it last."""
    log.command(problem_command(problem))
    for report in reports:
        if report.form is Format.MARKDOWN:
            text = f"**techmap-sync could not run:** {problem_markdown(problem)}"
            write_report(report.file, text, summary_file(environment()))
