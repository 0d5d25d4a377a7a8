"""Breadth first over all histories: every state that some history reaches is looked at once, on the shortest way to it.

Two histories that end in the same state are one: ``fingerprint`` forgets in which order independent things happened.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, Protocol, Self, TypeVar

OFTEN = 50
"""After how many portions a search tells how far it is."""


class World(Protocol):
    """A state that can be copied and changed."""

    def copy(self) -> Self: ...
    def fingerprint(self) -> bytes: ...


W = TypeVar("W", bound=World)


@dataclass(frozen=True, slots=True)
class Event(Generic[W]):
    """Something that may happen."""

    name: str
    act: Callable[[W], None]
    """Changes the world, and raises what says that a promise is broken."""
    is_run: bool = False
    """Whether the program runs: nothing else can break a promise, so a history needs to end with it."""


@dataclass(frozen=True, slots=True)
class Story:
    """The shortest history that breaks a promise."""

    steps: tuple[str, ...]
    broken: str

    def __str__(self) -> str:
        return "\n".join([*(f"{number}. {step}" for number, step in enumerate(self.steps, 1)), f"=> {self.broken}"])


@dataclass(slots=True)
class Found:
    """What a search saw."""

    states: list[int] = field(default_factory=list)
    """How many states need that many events."""
    steps: int = 0
    """How many events were tried."""
    stories: list[Story] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Node(Generic[W]):
    world: W
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tried(Generic[W]):
    reached: dict[bytes, _Node[W]]
    stories: tuple[Story, ...]
    steps: int


def search(
    start: W,
    events: Callable[[W], Iterable[Event[W]]],
    depth: int,
    progress: Callable[[str], None] = lambda _: None,
    processes: int = 1,
    portion: int = 200,
) -> Found:
    """Try all histories up to a length.

    :param depth: the number of events in the longest history. The last of them is a run that nothing disturbs: other
        events break no promise by themselves, and a failed push is followed by another one.
    :param progress: takes one line per length.
    :param portion: how many states one process takes at once.
    """
    found = Found()
    for found in lengthening(start, events, progress, processes, portion, depth):
        if len(found.states) > depth:
            break
    return found


def lengthening(
    start: W,
    events: Callable[[W], Iterable[Event[W]]],
    progress: Callable[[str], None] = lambda _: None,
    processes: int = 1,
    portion: int = 200,
    last: int = 0,
) -> Iterator[Found]:
    """Try all histories of one event, of two and so on, and yield what is known after each length and each finding.

    :param last: a length at which only runs are tried.
    """
    found = Found([1])
    seen, frontier = {start.fingerprint()}, [_Node(start, ())]
    for length in count(1):
        fresh: dict[bytes, _Node[W]] = {}
        done = 0
        for tried in _tried_by(frontier, events, length == last, processes, portion):
            done += portion
            if done % (OFTEN * portion) == 0:
                progress(f"{length} events: {done} of {len(frontier)} states tried, {len(fresh)} new ones")
            found.steps += tried.steps
            found.stories += tried.stories
            if tried.stories:
                yield found
            fresh |= {key: node for key, node in tried.reached.items() if key not in seen and key not in fresh}
        seen |= fresh.keys()
        frontier = list(fresh.values())
        found.states.append(len(frontier))
        progress(f"{length} events: {len(frontier)} new states, {found.steps} steps, {len(found.stories)} violations")
        yield found


_work: list[object] = []
"""What a forked process inherits, so that no world is sent to it."""


def _tried_by(
    frontier: Sequence[_Node[W]],
    events: Callable[[W], Iterable[Event[W]]],
    is_last: bool,
    processes: int,
    portion: int,
) -> Iterator[_Tried[W]]:
    portions = [frontier[at : at + portion] for at in range(0, len(frontier), portion)]
    if processes == 1 or len(portions) < processes:
        yield from (_tried(portion, events, is_last) for portion in portions)
        return
    _work[:] = [portions, events, is_last]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap(_tried_portion, range(len(portions)))


def _tried_portion(number: int) -> _Tried[World]:
    portions, events, is_last = _work
    return _tried(portions[number], events, is_last)  # type: ignore[index, arg-type]


def _tried(nodes: Iterable[_Node[W]], events: Callable[[W], Iterable[Event[W]]], is_last: bool) -> _Tried[W]:
    reached: dict[bytes, _Node[W]] = {}
    stories, steps = [], 0
    for node in nodes:
        for event in events(node.world):
            if is_last and not event.is_run:
                continue
            steps += 1
            world, way = node.world.copy(), (*node.steps, event.name)
            broken = _broken(event, world)
            if broken:
                stories.append(Story(way, broken))
            elif not is_last:
                reached.setdefault(world.fingerprint(), _Node(world, way))
    return _Tried(reached, tuple(stories), steps)


def _broken(event: Event[W], world: W) -> str:
    """Let it happen; return which promise it broke."""
    try:
        event.act(world)
    except Exception as error:  # noqa: BLE001 - whatever ends a run is a finding
        return f"{type(error).__name__}: {error}".partition("\n")[0][:400]
    return ""
