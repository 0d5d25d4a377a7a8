"""From the tasks of a document to the specs that should exist in the tracker."""

from __future__ import annotations

from techmap_sync.documents.words import words_in
from techmap_sync.documents.work import Kind, Phase, Work
from techmap_sync.planning.asked import Asked, PlanOptions, asked_of
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.priorities import priorities_of
from techmap_sync.planning.task import Priority, TaskPlan, TaskSpec
from techmap_sync.planning.task_graph import TaskGraph, startable_order
from techmap_sync.planning.titles import earlier_keys, former_keys, keys_of, short_name, tracking_key, tracking_title


def plan_tasks(graph: TaskGraph, options: PlanOptions, texts: TicketTexts) -> TaskPlan:
    """Turn the tasks of a document into specs with priorities, labels and texts.

    :param graph: it must hold no error-level diagnostic.
    :param texts: writes the sections of each ticket.
    :raises SettingsProblem: a template of the team's own has an error.
    """
    priorities = priorities_of(graph.works, graph.blocked_by)
    earlier = earlier_keys(graph.map_id, graph.works)
    asked = asked_of(graph.document, options, owners_are_known=texts.ownership is not None)
    specs = [
        TaskSpec(
            key=key,
            kind=work.kind,
            title=graph.titles[position],
            sections=texts.sections(position),
            phase=work.phase,
            priority=priorities[position],
            labels=_labels(options, work.kind, _labelled_phase(work), priorities[position]) | asked.labels,
            blocked_by=tuple(graph.keys[other] for other in graph.blocked_by[position]),
            blocked_because=tuple(graph.rules[position]),
            done=work.done,
            milestone=asked.milestone,
            assignees=texts.owners(position).people if asked.assignees is None else asked.assignees,
            follows_assignees=asked.follows,
            due=asked.due,
            estimate_minutes=work.estimate_minutes,
            named_by_map=work.named_by_document,
            was=former_keys(graph.map_id, work),
            earlier=earlier[position] if earlier[position] != key else "",
            short_name=short_name(graph.titles[position], work),
        )
        for position, (work, key) in enumerate(zip(graph.works, graph.keys, strict=True))
    ]
    tracking = _tracking(graph, options, texts, asked)
    tasks = tuple(specs[position] for position in startable_order(graph.blocked_by))
    linked = frozenset(line for part in texts.remaining for line in part.linked)
    document = graph.document
    return TaskPlan(
        graph.map_id,
        tracking,
        tasks,
        dropped=frozenset(keys_of(graph.map_id, document.dropped)),
        withheld=frozenset(keys_of(graph.map_id, document.withheld)),
        leaves=document.leaves,
        finished=document.finished,
        linked_lines=linked,
        in_order=graph.keys,
        language=document.language,
    )


def _labelled_phase(work: Work) -> Phase | None:
    """Return the phase that a label names; parts of a unit of specs have none that its authors would know."""
    return work.phase if work.kind is not Kind.TASK else None


def _labels(options: PlanOptions, kind: Kind, phase: Phase | None, priority: Priority | None) -> frozenset[str]:
    wanted = (
        options.managed_label,
        options.kind_labels.get(kind, ""),
        options.phase_labels.get(phase, "") if phase else "",
        options.priority_labels.get(priority, "") if priority else "",
    )
    return frozenset(filter(None, wanted))


def _tracking(graph: TaskGraph, options: PlanOptions, texts: TicketTexts, asked: Asked) -> TaskSpec:
    estimate = graph.document.estimate_minutes
    return TaskSpec(
        key=tracking_key(graph.map_id),
        kind=Kind.TRACKING,
        title=tracking_title(graph.document.title, words_in(graph.document.language)),
        sections=texts.tracking_sections(),
        labels=_labels(options, Kind.TRACKING, None, None) | asked.labels,
        milestone=asked.milestone,
        due=asked.due,
        named_by_map=True,
        estimate_minutes=estimate[1] if estimate else None,
    )
