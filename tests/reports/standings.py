"""Documents of ``status`` that no folder of ours holds: hostile texts, and very many maps."""

from __future__ import annotations

from techmap_sync.documents.work import Kind, phase_of
from techmap_sync.planning.task import TaskSpec
from techmap_sync.reports.status_report import Document, status_document
from techmap_sync.sync.changes import Change, Conflict, Create, Link, Update
from techmap_sync.sync.progress import Gate, MapProgress, TaskProgress, TaskState, WaitsFor, Witness
from techmap_sync.sync.ticket_fields import FieldEdit
from techmap_sync.sync.tracker import EdgeKind

ATTACKS = (
    "<script>window.pwned = 1</script>",
    "</style><script>window.pwned = 2</script>",
    "</title></svg></script><img src=x onerror='window.pwned = 3'>",
    '" onfocus="window.pwned = 4" x="',
    "' onmouseover='window.pwned = 5",
    "{{ 7 * 7 }}{% raw %}",
    "<base href=//evil.example/><iframe src=//evil.example></iframe>",
    "--><!-- \u202egnp.exe \u2028 ]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
ADDRESSES = (
    "javascript:window.pwned=6",
    "JaVaScRiPt:window.pwned=7",
    "java\nscript:window.pwned=8",
    " javascript:window.pwned=9",
    "data:text/html,<script>window.pwned=10</script>",
    "vbscript:x",
    "//evil.example/",
    "file:///etc/passwd",
    "http://[broken",
)
KINDS = (Kind.CHANGE, Kind.COMPONENT, Kind.COMPONENT, Kind.TEST, Kind.DEPLOYMENT)


def hostile() -> Document:
    """Every text that a human or a map's author chooses is an attack."""
    tasks, edges = [], []
    changes: list[Change] = []
    for number, attack in enumerate(ATTACKS):
        key = f"map/component/{attack}"
        url = ADDRESSES[number]
        tasks.append(
            TaskProgress(
                key,
                Kind.COMPONENT,
                phase_of(Kind.COMPONENT),
                attack,
                TaskState.OPEN,
                attack,
                attack,
                url,
                frozenset({attack}),
                frozenset({attack}),
                False,
                frozenset({attack}),
                False,
                (attack,),
                (attack,),
                attack,
            )
        )
        edges.append(WaitsFor(key, f"map/component/{ATTACKS[number - 1]}", Witness.MAP))
        edit = FieldEdit(attack, attack, attack)
        spec = TaskSpec(key, Kind.COMPONENT, attack, ())
        changes.append(Conflict(key, attack, attack, attack, edits=(edit,)))
        changes.append(Update(key, attack, attack, attack, spec=spec, edits=(edit,)))
        changes.append(Link(key, attack, attack, attack, edge=EdgeKind.BLOCKED_BY, target=key))
    maps = [
        MapProgress(
            attack,
            attack,
            attack,
            Gate.WAITING,
            (attack,),
            tasks[0],
            attack,
            attack,
            tuple(tasks),
            tuple(edges),
            tuple(changes),
        )
        for attack in ATTACKS
    ]
    return status_document(maps, ATTACKS[2], ATTACKS[1])


def many(maps: int, tasks: int) -> Document:
    """Very many maps, half of them not pushed yet."""
    each = [_one_of_many(number, tasks, pushed=number % 2 == 0) for number in range(maps)]
    return status_document(each, "github:octo/app", "2026-01-01T00:00:00+00:00")


def _one_of_many(number: int, count: int, pushed: bool) -> MapProgress:
    states = (TaskState.DONE, TaskState.STARTED, TaskState.OPEN) if pushed else (TaskState.PLANNED,)
    tasks, edges = [], []
    changes: list[Change] = []
    for place in range(count):
        kind = KINDS[place * len(KINDS) // count]
        key, title = f"feature-{number}/{kind}/service-{place}", f"Create the service {place} of the payment feature"
        ticket = str(1000 + number * count + place) if pushed else ""
        tasks.append(
            TaskProgress(
                key,
                kind,
                phase_of(kind),
                title,
                states[place % len(states)],
                "high",
                ticket,
                f"https://github.com/octo/app/issues/{ticket}" if pushed else "",
                frozenset({"techmap", "priority:high"}),
                frozenset({"sara"}),
                blocked=pushed and place % 3 == 2,
            )
        )
        targets = [tasks[place - step] for step in (1, 5) if place >= step]
        edges += [WaitsFor(key, target.key, Witness.TRACKER if pushed else Witness.MAP) for target in targets]
        if not pushed:
            changes.append(Create(key, title, spec=TaskSpec(key, Kind.COMPONENT, title, ())))
            changes += [
                Link(key, title, "", f'blocked by "{t.title}"', edge=EdgeKind.BLOCKED_BY, target=t.key) for t in targets
            ]
    name = f"Feature number {number}"
    return MapProgress(
        f"feature-{number}",
        f"docs/maps/feature-{number}.md",
        name,
        Gate.APPROVED,
        tasks=tuple(tasks),
        edges=tuple(edges),
        changes=tuple(changes),
    )
