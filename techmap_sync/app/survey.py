"""What ``status`` and ``doctor`` see: the state of all maps, compared as ``plan`` compares them, and of the tracker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from techmap_sync.app.documents_found import MapFile, MapFiles
from techmap_sync.app.owners_found import owners_in
from techmap_sync.app.results import MapComparison, unread_problem
from techmap_sync.app.run import make_plan
from techmap_sync.app.run_options import RunOptions, sync_policy
from techmap_sync.app.targets import connect_tracker, kind_of, source_name
from techmap_sync.checkout import Checkout
from techmap_sync.errors import TrackerError, UnreadableMap, UsageProblem
from techmap_sync.planning.titles import tracking_key
from techmap_sync.programs import environment
from techmap_sync.reports.status_report import Document, status_document
from techmap_sync.settings import Settings
from techmap_sync.sync import claims, task_changes
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.following import Patience, followed
from techmap_sync.sync.observe import listed
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.progress import Gate, MapProgress, Subject, take_stock
from techmap_sync.sync.tickets import Sorted
from techmap_sync.sync.tracker import Finding, Tracker

CLOCK = "SOURCE_DATE_EPOCH"
"""The variable by which builds are made repeatable: https://reproducible-builds.org/specs/source-date-epoch/"""


def status_of(paths: Sequence[str], settings: Settings, checkout: Checkout) -> tuple[Document, TrackerError | None]:
    """Read maps and tracker, and return the state of the work, and why it is incomplete. Writes nothing.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :raises Problem: usage, settings or tracker; problems of single maps are in the result instead.
    """
    planned = make_plan(paths, settings, checkout, RunOptions(read_all=True))
    name, now, problem = planned.change_set.tracker, _now(), unread_problem(planned.change_set.tracker, planned.unread)
    maps = _standing_of(planned.compared, planned.files)
    held = (each for compared in planned.compared for each in compared.holdings.all)
    try:
        maps = followed(maps, held, planned.tracker, Patience(settings.stale_days, now))
    except TrackerError as error:
        problem = problem or error
    moment = now.isoformat(timespec="seconds")
    return status_document(maps, name, moment, stale_days=settings.stale_days), problem


def document_of(compared: Sequence[MapComparison], files: MapFiles, tracker: str, about: str = "status") -> Document:
    """Return the state of the maps that a plan compared.

    :param about: ``plan`` when the changes are what a reader came for.
    """
    return status_document(_standing_of(compared, files, about), tracker, _now().isoformat(timespec="seconds"), about)


def _standing_of(compared: Sequence[MapComparison], files: MapFiles, about: str = "status") -> tuple[MapProgress, ...]:
    seen = compared or tuple(map(_without_tickets, files.maps))
    subjects = [
        _subject(each if about == "plan" else replace(each, changes=replace(each.changes, notes=()))) for each in seen
    ]
    return (*take_stock(subjects), *_unread(files.unreadable))


def _without_tickets(file: MapFile) -> MapComparison:
    """Return a map whose tickets were not read, as in a pull request from a fork."""
    changes = MapChanges(
        file.document.id, file.place, file.approved, file.reasons, ready=file.ready, family=file.family
    )
    return MapComparison(changes, file=file)


def _subject(compared: MapComparison) -> Subject:
    file, changes = compared.file, compared.changes
    title = file.document.title if file else ""
    subject = Subject(title, _gate(compared), changes, compared.holdings, compared.plan, compared.links_in_text)
    why = file.document.lifecycle_reason if file and subject.gate is Gate.RETIRED else None
    if why is None:
        return subject
    reasons = (f"{changes.file}:{why.line}: {why.text}", *changes.reasons)
    return replace(subject, changes=replace(changes, reasons=reasons))


def _gate(compared: MapComparison) -> Gate:
    if compared.file is None:
        return Gate.OUTSIDE if compared.path_elsewhere else Gate.MISSING
    if compared.file.document.is_retired:
        return Gate.RETIRED
    return Gate(compared.changes.standing)


def _unread(problems: Sequence[UnreadableMap]) -> Iterator[MapProgress]:
    for problem in problems:
        reasons = tuple(filter(None, (problem.what, problem.hint)))
        yield MapProgress("", problem.path, problem.path, Gate.UNREAD, reasons)


def _now() -> datetime:
    fixed = environment().get(CLOCK, "")
    if not fixed.isdecimal():
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageProblem(
            f"{CLOCK} is not a time: {fixed[:20]}", "give it in seconds since 1970, or unset it"
        ) from error


_MOST_NAMED = 10


def examine(settings: Settings, checkout: Checkout) -> tuple[str, tuple[Finding, ...]]:
    """Return the tracker's name and the checks of token, permissions, capabilities and duplicates.

    :raises Problem: usage, settings, or a tracker that does not answer.
    """
    tracker = connect_tracker(settings, checkout)
    findings = tracker.examine()
    if not all(finding.ok for finding in findings):
        return tracker.name, findings
    policy = sync_policy(settings, source_name(settings, checkout, tracker), RunOptions())
    found = listed(tracker, policy)
    copies = [f"{held.ticket.number} of {original}" for each in found.maps.values() for held, original in each.copies]
    detail = f"{', '.join(copies)}; reconcile closes the untouched ones" if copies else "none"
    doubled = Finding("duplicate tickets", not copies, detail)
    return tracker.name, (
        *findings,
        *_settings(tracker, settings),
        *_owners(tracker, settings, checkout),
        doubled,
        *_authors(found, policy),
    )


def _settings(tracker: Tracker, settings: Settings) -> Iterator[Finding]:
    """Yield the assignees and milestones of the settings that the tracker does not have."""
    if people := task_changes.unknown_people(tracker, settings.people):
        what = f"no ticket can be assigned to {', '.join(sorted(people))}; correct assignees in the settings"
        yield Finding("assignees", False, what)
    if milestones := task_changes.missing_milestones(tracker, [settings.milestone] if settings.milestone else []):
        yield Finding("milestone", True, f"there is no {', '.join(milestones)} yet; the first ticket creates it")


def _owners(tracker: Tracker, settings: Settings, checkout: Checkout) -> Iterator[Finding]:
    """Yield whether the owners of files can be read, where tickets are assigned to them."""
    if settings.assignees == "codeowners":
        remark = owners_in(checkout, settings, kind_of(tracker)).remark
        yield Finding("owners", not remark, remark or "CODEOWNERS is read")


def _authors(found: Sorted, policy: SyncPolicy) -> Iterator[Finding]:
    """Yield what to do about tickets of this source whose authors are not trusted.

    A map is not pushed while such a ticket claims to be its tracking ticket and there is no other.
    """
    claimed = found.claims.by_key
    blocked = [key for key in claimed if _is_blocked(key, found)]
    blocking = [ticket for key in blocked for ticket in claimed[key]]
    for ticket in blocking[:_MOST_NAMED]:
        what = f"ticket {claims.named([ticket])} keeps its map from being pushed"
        yield Finding("authors", False, f"{what}; {claims.way_out(ticket, policy)}")
    if len(blocking) > _MOST_NAMED:
        yield Finding("authors", False, f"{len(blocking) - _MOST_NAMED} more tickets do")
    others = [ticket for key in claimed.keys() - set(blocked) for ticket in claimed[key]]
    if others or not blocking:
        yield Finding("authors", True, claims.remark(others) or "all are trusted")


def _is_blocked(key: str, found: Sorted) -> bool:
    map_id = key.partition("/")[0]
    return key == tracking_key(map_id) and not found.of(map_id).tracking
