"""Which component a statement is about: a test or requirement that names one belongs into its ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from techmap_sync.documents.technical_map.model import Component, ComponentKind
from techmap_sync.documents.technical_map.wording import code_spans
from techmap_sync.patterns import lazy
from techmap_sync.unspaced import HAN_KANA_AND_HANGUL, word_pattern

_word = word_pattern(HAN_KANA_AND_HANGUL)
_PART = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
_PLAIN_WORD = lazy(r"[^\W\d_A-Z]+")
_LONGEST_NAME = 40
"""Words; each of them may be compared at each word of a text."""


class _Node(NamedTuple):
    following: dict[str, _Node]
    owners: set[int]


class Owners:
    """The components of a map by what they are called.

    A component is named by its name, by the words in that in any case, by its last word where no other component
    has it, and by a method in code that only it has. One that is merely wired in is named by its whole name alone:
    "the lock table" is not about ``PartitionLock``.
    """

    def __init__(self, components: Sequence[Component]) -> None:
        self._exact, self._spoken = _Node({}, set()), _Node({}, set())
        self._code: dict[str, set[int]] = {}
        last = Counter(_words(component.name)[-1:] for component in components)
        methods = Counter(name for component in components for name in _methods(component))
        for position, component in enumerate(components):
            words = _words(component.name)
            if _PLAIN_WORD.fullmatch(component.name):
                self._code.setdefault(component.name, set()).add(position)
            else:
                _put(self._exact, _word(component.name).findall(component.name), position)
            if component.kind is ComponentKind.INTEGRATION and not component.specified:
                continue
            if len(words) > 1:
                _put(self._spoken, words, position)
            if last[words[-1:]] == 1 and not _PLAIN_WORD.fullmatch(component.name):
                _put(self._spoken, words[-1:], position)
            for name in _methods(component):
                if methods[name] == 1:
                    self._code.setdefault(name, set()).add(position)

    def named_in(self, markdown: str) -> frozenset[int]:
        """Return the positions of the components that a text names."""
        words = _word(markdown).findall(markdown)
        return frozenset(
            (
                *_hits(self._exact, words),
                *_hits(self._spoken, [part.casefold() for part in words]),
                *(owner for span in code_spans(markdown) for owner in self._code.get(_called(span.code), ())),
            )
        )

    def owner_of(self, markdown: str) -> int | None:
        """Return the position of the only component that a text names, or None where it names none or several."""
        named = self.named_in(markdown)
        return next(iter(named)) if len(named) == 1 else None


def _words(name: str) -> tuple[str, ...]:
    return tuple(part.casefold() for word in _word(name).findall(name) for part in _PART.split(word) if part)


def _methods(component: Component) -> frozenset[str]:
    return frozenset(method.name for method in component.methods)


def _called(span: str) -> str:
    """What a code span names: ``store`` in ``store``, ``store(x)`` and ``a.store(x)``, but not in ``POST /store``."""
    return span.partition("(")[0].strip().rpartition(".")[2]


def _put(tree: _Node, words: Sequence[str], owner: int) -> None:
    if not 0 < len(words) <= _LONGEST_NAME:
        return
    node = tree
    for word in words:
        node = node.following.setdefault(word, _Node({}, set()))
    node.owners.add(owner)


def _hits(tree: _Node, words: Sequence[str]) -> Iterator[int]:
    """Yield the owners of the names in a text; of several that begin at a word only the longest counts."""
    for start, word in enumerate(words):
        node = tree.following.get(word)
        longest: Iterable[int] = ()
        end = start + 1
        while node:
            longest = node.owners or longest
            node = node.following.get(words[end]) if end < len(words) else None
            end += 1
        yield from longest
