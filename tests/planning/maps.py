"""Plans of the corpus, and of maps that a test writes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from techmap_sync.config import load_settings, shipped
from techmap_sync.documents.base import Granularity, GranularityChoice
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.documents.technical_map.model import TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.technical_map_family import document_of
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.documents.text import decode
from techmap_sync.planning.asked import PlanOptions
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.task_graph import TaskGraph, task_graph
from techmap_sync.planning.templates import TicketTemplates

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
READY = sorted(path for path in CORPUS.glob("*.md") if path.name[:2] not in ("10", "12"))


@lru_cache
def options() -> PlanOptions:
    """The default options."""
    return load_settings(None, {}).plan_options()


SECTIONS = load_settings(None, {}).reading_options().granularity
"""The default granularity."""
ITEMS = GranularityChoice(Granularity.ITEM, Granularity.ITEM, Granularity.ITEM, Granularity.ITEM)


@lru_cache
def vocabulary() -> Vocabulary:
    """The default words."""
    return Vocabulary.from_tables(load_settings(None, {}).vocabulary)


@lru_cache
def templates() -> TicketTemplates:
    """The templates of the program, which all maps share."""
    return TicketTemplates(shipped(""))


@lru_cache(64)
def read(text: str) -> TechnicalMap:
    """Read a map."""
    found = parse(text, vocabulary()).map
    assert found is not None
    return found


def read_file(path: Path) -> TechnicalMap:
    """Read a map of the corpus."""
    return read(decode(path.read_bytes()))


def plan_of(
    technical_map: TechnicalMap, choice: GranularityChoice | None = None, path: str = "docs/map.md", text: str = ""
) -> TaskPlan:
    """Plan a map with default options; with its text, so that nothing of it is lost."""
    graph = graph_of(technical_map, choice)
    return plan_tasks(graph, options(), TicketTexts(graph, MapSource(path), templates(), _statements(text)))


@lru_cache(64)
def _statements(text: str) -> tuple[Statement, ...]:
    return statements_of(text, vocabulary())


def keys_of(path: Path) -> set[str]:
    """The keys of all tickets of a map of the corpus, the tracking ticket among them."""
    plan = plan_of(read_file(path))
    return {plan.tracking.key, *(task.key for task in plan.tasks)}


def graph_of(technical_map: TechnicalMap, choice: GranularityChoice | None = None) -> TaskGraph:
    """Lay out the tasks of a map."""
    return task_graph(document_of(technical_map, choice or SECTIONS))


def backlog_text(plan: TaskPlan, in_order: bool = True) -> str:
    """A plan as a lead writes it down: priority, title, and below it what it waits for."""
    titles = {task.key: task.title for task in plan.tasks}
    lines = []
    for task in plan.tasks:
        blockers = [f"            {titles[key]}" for key in task.blocked_by]
        lines.append(
            "\n".join([f"{task.priority or '':<7} {task.title}", *(blockers if in_order else sorted(blockers))])
        )
    return "\n".join(lines if in_order else sorted(lines)) + "\n"


def body_text(plan: TaskPlan, key: str) -> str:
    """One ticket's text as it is written."""
    spec = plan.tracking if plan.tracking.key == key else next(task for task in plan.tasks if task.key == key)
    return "\n\n".join([f"# {spec.title}", *(f"### {part.heading}\n\n{part.text}" for part in spec.sections)]) + "\n"
