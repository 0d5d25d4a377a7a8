"""What makes a search cheap: it comes back to the same documents, tickets and texts millions of times."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync import comparison, merge, orphans, renames
from techmap_sync.sync.block import Held
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.ticket_fields import Revision

T = TypeVar("T")


class Kept(Generic[T]):
    """The latest results by what they depend on.

    :param most: how many
    """

    def __init__(self, most: int) -> None:
        self.most, self.results = most, dict[Hashable, T]()
        _every.add(self)

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result for a key, made only where it is not known.

        :param make: may raise; then nothing is kept.
        """
        if key in self.results:
            return self.results[key]
        result = make()
        if len(self.results) >= self.most:
            # The oldest: a search goes from states to their neighbours, so what is old is not asked for again.
            del self.results[next(iter(self.results))]
        self.results[key] = result
        return result


_every = WeakSet[Kept[Any]]()


def forget_everything() -> None:
    """Let everything be made again."""
    for each in _every:
        each.results.clear()


@contextmanager
def remembering() -> Iterator[None]:
    """Let pure functions of the program give each result once while a search runs: the same arguments, the same result.

    A fault that is planted in one of them is in what is kept, too.
    """
    texts = (comparison.digest, comparison.comparable, comparison.text_digest, comparison.section_digest)
    lines = (comparison.carry_ticks, comparison._named, orphans._only_words)
    sketches = (renames.task_sketch, renames.text_likeness)
    better: dict[Callable[..., Any], Callable[..., Any]] = {
        each: lru_cache(maxsize=20_000)(each) for each in (*texts, *lines, *sketches)
    }
    better |= {merge.revise: _remembered(merge.revise), replace: _replaced}
    better[renames.ticket_sketch] = _remembered_sketch(renames.ticket_sketch)
    better[comparison._boxes] = _by_text(comparison._boxes)
    with ExitStack() as stack:
        for function, cheaper in better.items():
            stack.callback(_exchange, cheaper, function)
            _exchange(function, cheaper)
        yield


def _exchange(function: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Put a function in the place of another one, in every module that has it."""
    for name, module in [*sys.modules.items()]:
        if name.startswith(("techmap_sync.", "tests.")) and name != __name__:
            for attribute in [known for known, value in vars(module).items() if value is function]:
                setattr(module, attribute, other)


def _remembered(
    revise: Callable[[TaskSpec, Held, SyncPolicy], Revision],
) -> Callable[[TaskSpec, Held, SyncPolicy], Revision]:
    """Keep the comparison of a task with its ticket. A policy and a marker have no hash: the very same ones count."""
    kept: Kept[tuple[object, Revision]] = Kept(20_000)

    def remembered(spec: TaskSpec, held: Held, policy: SyncPolicy) -> Revision:
        key = (spec, held.ticket, id(held.block), id(policy))
        return kept.of(key, lambda: ((held.block, policy), revise(spec, held, policy)))[1]

    return remembered


def _remembered_sketch(sketch: Callable[[Held], renames.Sketch]) -> Callable[[Held], renames.Sketch]:
    kept: Kept[tuple[object, renames.Sketch]] = Kept(20_000)

    def remembered(held: Held) -> renames.Sketch:
        return kept.of((held.ticket.title, id(held.block)), lambda: (held.block, sketch(held)))[1]

    return remembered


def _by_text(find: Callable[[Iterable[str]], Iterator[T]]) -> Callable[[Iterable[str]], Iterator[T]]:
    """Look for something in each text once."""
    found = lru_cache(maxsize=20_000)(lambda text: tuple(find([text])))
    return lambda texts: (each for text in texts for each in found(text))


@lru_cache(maxsize=1000)
def _fields(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[object], Any]]:
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)


def _replaced(value: Any, /, **changes: object) -> Any:
    """Do what ``dataclasses.replace`` does, which looks at each field again and again."""
    names, values_of = _fields(type(value))  # type: ignore[arg-type]
    return type(value)(**{**dict(zip(names, values_of(value), strict=True)), **changes})
