"""Which works a text names: by their names, methods and identifiers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from techmap_sync.documents.work import Kind, Work

_WORD = re.compile(r"\w+")
_BACKTICKS = re.compile("`+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLAIN_WORD = re.compile(r"[^\W\d_A-Z]+")
"""A name such as ``store`` that is also a word of the language: it counts only where it is written as code."""

LONGEST_NAME = 40
"""Words. Each of them may be compared at each word of a text."""

Words = tuple[str, ...]


class Node(NamedTuple):
    """A place in a tree of names: the words that lead here are the beginning of a name."""

    following: dict[str, Node]
    works: list[int]
    """What has the name that ends here."""


class Names(NamedTuple):
    """All names of a map, by their words."""

    exact: Node
    """Compared letter by letter."""
    spoken: Node
    """Compared without regard to case: a name split into words."""
    code: dict[str, set[int]]
    """Counted only where a code span names just that."""


def names_of(works: Sequence[Work]) -> Names:
    """Index the names by which the works of one map can be mentioned.

    :param works: the numbers in the result are positions in this sequence.
    """
    exact: list[tuple[Words, int]] = []
    spoken: list[tuple[Words, int]] = []
    code: dict[str, set[int]] = {}
    for name, position in _names(works):
        words = tuple(_WORD.findall(name))
        split = tuple(word.casefold() for part in words for word in _HUMP.split(part) if word)
        if _PLAIN_WORD.fullmatch(name):
            code.setdefault(name, set()).add(position)
        else:
            exact.append((words, position))
        if len(split) > 1 and works[position].kind is Kind.COMPONENT:
            spoken.append((split, position))
    return Names(_by_words(exact), _by_words(spoken), code)


def mentioned(names: Names, markdown: str, code: Sequence[str] = ()) -> frozenset[int]:
    """Return the positions of the works that a text names.

    :param markdown: the text to look through.
    :param code: code spans that belong to it but have lost their backticks.
    """
    words = tuple(_WORD.findall(markdown))
    spans = (*_code_spans(markdown), *code)
    return frozenset(
        (
            *_hits(names.exact, words),
            *_hits(names.spoken, tuple(word.casefold() for word in words)),
            *(position for span in spans for position in names.code.get(_called(span), ())),
        )
    )


def _code_spans(markdown: str) -> Iterator[str]:
    """Yield the contents of code spans: between two runs of as many backticks (CommonMark 0.31 section 6.1).

    The runs are looked up by their length: searching for each end from scratch would take quadratic time.
    """
    runs = [match.span() for match in _BACKTICKS.finditer(markdown)]
    by_length: dict[int, list[int]] = {}
    for number, (start, end) in enumerate(runs):
        by_length.setdefault(end - start, []).append(number)
    number = 0
    while number < len(runs):
        start, end = runs[number]
        alike = by_length[end - start]
        following = bisect_right(alike, number)
        if following < len(alike):
            number = alike[following]
            yield markdown[end : runs[number][0]]
        number += 1


def _called(span: str) -> str:
    """What a code span names: ``store`` in ``store``, ``store(x)`` and ``a.store(x)``, but not in ``POST /store``."""
    return span.partition("(")[0].strip().rpartition(".")[2]


def _names(works: Sequence[Work]) -> Iterator[tuple[str, int]]:
    methods = Counter(name for work in works for name in work.method_names)
    for position, work in enumerate(works):
        yield from ((name, position) for name in work.names)
        yield from ((name, position) for name in work.method_names if methods[name] == 1)
        if work.kind is Kind.CHANGE:
            yield from ((item.code[0], position) for item in work.items if item.code)


def _by_words(names: Iterable[tuple[Words, int]]) -> Node:
    """Return the names as a tree of their words; longer ones than anybody repeats are left out."""
    tree = Node({}, [])
    for words, position in dict.fromkeys(names):
        if 0 < len(words) <= LONGEST_NAME:
            node = tree
            for word in words:
                node = node.following.setdefault(word, Node({}, []))
            node.works.append(position)
    return tree


def _hits(tree: Node, words: Words) -> Iterator[int]:
    """Yield the works that the text names; of several names that begin at a word only the longest counts."""
    for start, word in enumerate(words):
        node = tree.following.get(word)
        longest: list[int] = []
        end = start + 1
        while node:
            longest = node.works or longest
            node = node.following.get(words[end]) if end < len(words) else None
            end += 1
        yield from longest
