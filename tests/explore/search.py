"""Breadth first over all histories: every state that some history reaches is looked at once, on the shortest way to it.

Two histories that end in the same state are one: ``fingerprint`` forgets in which order independent things happened.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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

    steps: Steps
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


Steps = tuple[str, ...]
"""The names of the events on the way to a state."""
Ways = Callable[[list[Steps]], list[Steps]]


@dataclass(frozen=True, slots=True)
class _Tried:
    reached: dict[bytes, Steps]
    stories: tuple[Story, ...]
    steps: int


def search(
    start: W,
    events: Callable[[W], Iterable[Event[W]]],
    depth: int,
    progress: Callable[[str], None] = lambda _: None,
    processes: int = 1,
    portion: int = 200,
    runs: Callable[[W], Iterable[Event[W]]] | None = None,
    told: Callable[[Story], object] = lambda _: None,
    before_last: Ways = list,
    containing: str = "",
) -> Found:
    """Try all histories up to a length.

    :param depth: the number of events in the longest history. The last of them is a run that nothing disturbs: other
        events break no promise by themselves, and a failed push is followed by another one.
    :param progress: takes one line per length.
    :param portion: how many states one process takes at once.
    :param runs: yields the events that may come last, where that is cheaper than to yield all.
    :param told: takes each story as soon as it is found.
    :param before_last: chooses the states after which the last event is tried; all of them, unless it is a sample.
    :param containing: an event that no later one undoes: end only those histories in which it happens.
    :raises ValueError: it happens in none.
    """
    found, known = Found(), 0
    for found in lengthening(start, events, progress, processes, portion, depth, runs, before_last, containing):
        for story in found.stories[known:]:
            told(story)
        known = len(found.stories)
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
    runs: Callable[[W], Iterable[Event[W]]] | None = None,
    before_last: Ways = list,
    containing: str = "",
) -> Iterator[Found]:
    """Try all histories of one event, of two and so on, and yield what is known after each length and each finding.

    :param last: a length at which only runs are tried.
    :param runs: as for ``search``; so are ``before_last`` and ``containing``.
    """
    found = Found([1])
    seen: set[bytes] = {start.fingerprint()}
    frontier: list[Steps] = [()]
    subject = _Subject(start, events, runs or events)
    for length in count(1):
        fresh: dict[bytes, Steps] = {}
        done = 0
        if length == last:
            frontier = before_last([way for way in frontier if not containing or containing in way])
            if containing and not frontier:
                raise ValueError(f'no history contains "{containing}"')
        due = containing if length == last - 1 else ""
        for tried in _tried_by(subject, frontier, length == last, due, processes, portion):
            done += portion
            if done % (OFTEN * portion) == 0:
                progress(f"{length} events: {done} of {len(frontier)} states tried, {len(fresh)} new ones")
            found.steps += tried.steps
            found.stories += tried.stories
            if tried.stories:
                yield found
            fresh |= {key: steps for key, steps in tried.reached.items() if key not in seen and key not in fresh}
        seen |= fresh.keys()
        frontier = list(fresh.values())
        found.states.append(len(frontier))
        progress(f"{length} events: {len(frontier)} new states, {found.steps} steps, {len(found.stories)} violations")
        yield found


@dataclass(slots=True)
class _Subject(Generic[W]):
    """What is searched. A state is known by the way to it, so that none is sent to another process or kept for long."""

    start: W
    events: Callable[[W], Iterable[Event[W]]]
    runs: Callable[[W], Iterable[Event[W]]]
    way: list[tuple[str, W, dict[str, Event[W]]]] = field(default_factory=list)
    """The states on the way to the one that was asked for last, each with the event before it and, once one of them was
    taken, those after it."""

    def world(self, steps: Steps) -> W:
        """Return the state at the end of a way, for copies alone.

        States that follow each other in a search have most of their way in common.
        """
        self.way = self.way or [("", self.start, {})]
        shared = 0
        for step, (name, _, _) in zip(steps, self.way[1:], strict=False):
            if step != name:
                break
            shared += 1
        del self.way[shared + 1 :]
        for step in steps[shared:]:
            _, before, after = self.way[-1]
            if not after:
                after |= {event.name: event for event in self.events(before)}
            world = before.copy()
            after[step].act(world)
            self.way.append((step, world, {}))
        return self.way[-1][1]


_work: list[object] = []
"""What a forked process inherits: what is searched, the portions, whether only runs are tried, and what is due."""


def _tried_by(
    subject: _Subject[W], frontier: Sequence[Steps], is_last: bool, due: str, processes: int, portion: int
) -> Iterator[_Tried]:
    portions = [frontier[at : at + portion] for at in range(0, len(frontier), portion)]
    if processes == 1 or len(portions) < processes:
        yield from (_tried(subject, portion, is_last, due) for portion in portions)
        return
    _work[:] = [subject, portions, is_last, due]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap(_tried_portion, range(len(portions)))


def _tried_portion(number: int) -> _Tried:
    subject, portions, is_last, due = _work
    return _tried(subject, portions[number], is_last, due)  # type: ignore[index, arg-type]


def _tried(subject: _Subject[W], ways: Iterable[Steps], is_last: bool, due: str) -> _Tried:
    """Try what may happen in some states.

    :param due: an event that must happen now unless it happened before.
    """
    reached: dict[bytes, Steps] = {}
    stories, steps = [], 0
    for way in ways:
        start = subject.world(way)
        for event in (subject.runs if is_last else subject.events)(start):
            if (is_last and not event.is_run) or (due not in (*way, event.name, "")):
                continue
            steps += 1
            world, history = start.copy(), (*way, event.name)
            broken = _broken(event, world)
            if broken:
                stories.append(Story(history, broken))
            elif not is_last:
                reached.setdefault(world.fingerprint(), history)
    return _Tried(reached, tuple(stories), steps)


def _broken(event: Event[W], world: W) -> str:
    """Let it happen; return which promise it broke."""
    try:
        event.act(world)
    except Exception as error:  # noqa: BLE001 - whatever ends a run is a finding
        return f"{type(error).__name__}: {error}".partition("\n")[0][:400]
    return ""


@contextmanager
def named(event: str) -> Iterator[None]:
    """Let what breaks a promise in the block say what happened."""
    try:
        yield
    except Exception as error:
        error.add_note(f"after: {event}")
        raise
