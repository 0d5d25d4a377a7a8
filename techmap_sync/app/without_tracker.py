"""What maps ask for, worked out without reading a tracker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from techmap_sync.app.documents_found import MapFile, MapFiles, read_maps, statements_of
from techmap_sync.app.other_documents import Place, is_retired, places_of, task_plan, templates_of
from techmap_sync.checkout import Checkout
from techmap_sync.planning.lines import LineHome, ledger_of_lines
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.settings import Settings
from techmap_sync.sync.change_set import ChangeSet, MapChanges
from techmap_sync.sync.changes import Skip
from techmap_sync.sync.policy import NOT_YET_MERGED


def tasks_alone(paths: Sequence[str], settings: Settings, checkout: Checkout) -> tuple[MapFiles, ChangeSet]:
    """Read maps and list their tasks, each skipped."""
    files, templates = read_maps(paths, settings, allowed=NOT_YET_MERGED), templates_of(settings, checkout)
    places = places_of(files.maps, checkout, settings)
    unread = tuple(_unread(file, settings, places[file.path], templates) for file in files.maps)
    return files, ChangeSet("tracker not read", unread)


def homes_of_lines(files: Sequence[MapFile], settings: Settings, checkout: Checkout) -> Iterator[tuple[LineHome, ...]]:
    """Yield for each map the ticket that each of its lines is found in."""
    places, templates = places_of(files, checkout, settings), templates_of(settings, checkout)
    for file in files:
        plan = task_plan(file, settings, places[file.path], templates)
        yield ledger_of_lines(statements_of(file, settings), plan)


def _unread(file: MapFile, settings: Settings, place: Place, templates: TicketTemplates) -> MapChanges:
    map_id = file.document.id
    if not file.approved or is_retired(file):
        shown = place.shown_path
        return MapChanges(
            map_id, place.path, file.approved, file.reasons, ready=file.ready, shown_path=shown, family=file.family
        )
    plan = task_plan(file, settings, place, templates)
    tasks = [spec for spec in (plan.tracking, *plan.tasks) if not spec.done]
    skips = (Skip(spec.key, spec.title, reason="not compared") for spec in tasks)
    return MapChanges(map_id, place.path, True, changes=tuple(skips), shown_path=place.shown_path, family=file.family)
