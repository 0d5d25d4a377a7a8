"""Which works a text names: by their names, methods, files and identifiers; and what the authors of works say they
need.

A false mention is worse than a missing one: an ordinary word names nothing, nor does what two works share.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from techmap_sync.documents.work import Item, Kind, NeedKind, Work
from techmap_sync.nearest import NearNames, squeezed
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import HAN_AND_KANA, word_pattern

"""Kana and Han: each of their signs is a word, since nothing parts words."""
_word = word_pattern(HAN_AND_KANA)
_BACKTICKS = lazy("`+")
_FENCED = lazy(r"^ {0,3}(?P<fence>`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)", re.M | re.S)
_HUMP = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLAIN_WORD = lazy(r"[^\W\d_A-Z]+")
"""A name such as ``store`` that is also a word of the language: it counts only where it is written as code."""
_LIKE_CODE = lazy(r"(?=[^_./\-\dA-Z]*[_./\-\dA-Z])(?![A-Z]+$)[^\W\d][\w./\-]{2,}|(?:[A-Z]+ )?/[\w{][^\s]*", re.ASCII)
"""An identifier that is no word of a language: with an underscore, dot, slash, hyphen, digit or capital in it."""
_NEXT_NAME = lazy(r"\s*(?:,|、|，|und|and|et|y|和|と|&)\s*(?:and\s+)?")
_SQL_NAME = lazy(
    r"\b(?:create|alter)\s+(?:or\s+replace\s+)?(?:table|view|index|type)\s+(?:if\s+(?:not\s+)?exists\s+)?[\"`]?([\w.]+)",
    re.I,
)
_CUT = lazy(r"[ :=(]")
_CUTS = 8
"""Places at which a code span may go on after an identifier."""
_PATH = lazy(r"[A-Z]+ (/\S*)")

NEW, INTEGRATION = "new", "integration"
"""Groups of components: those that are created, and those that only wire in others."""

LONGEST_NAME = 40
"""Words. Each of them may be compared at each word of a text."""

_VERBS_TOO = frozenset(
    """
    answer archive audit backup batch block bridge buffer cache check close dispatch display export filter flag form
    gate guard handle host import index label link list load lock log map mark match merge mirror model monitor notify
    open order page pipe plan pool process proxy queue rank record register release render report review route run
    schedule search set sort split start stop store stream sync table tag test track transfer trigger update view watch
    """.split()  # noqa: SIM905
)
"""Words that also begin a command: "Store the result" is not about ``TokenStore``."""
_OPENING_WORDS = frozenset(
    """
    a after all an and as at before both but by each every for from if in into its no once one only our since so that
    the their then this to until when where while with without
    das dem den der des die ein eine jeder sobald und wenn wird
    au aux chaque des du et la le les lorsque quand si un une
    al cada cuando del el las los si un una y
    """.split()  # noqa: SIM905
)
_SENTENCE_START = lazy(r"[.!?。！？|]|\n\s*\n|\n\s*(?:[-*+#>]|\d+[.)])\s|^\s*(?:[-*+#>]|\d+[.)])\s")
_INSIDE_A_NAME = lazy(r"[\w./:\-–@$]$")

Words = tuple[str, ...]


class Node(NamedTuple):
    """A place in a tree of names: the words that lead here are the beginning of a name."""

    following: dict[str, Node]
    works: list[int]
    """What has the name that ends here."""


class Names(NamedTuple):
    """All names of a map."""

    exact: Node
    """By their words, compared letter by letter."""
    spoken: Node
    """By their words, compared without regard to case: a name split into words."""
    last: dict[str, int]
    """The last word of a component's name, in small letters, where only one component has it."""
    code: dict[str, int]
    """Counted only where a code span names just that."""
    leading: dict[str, int]
    """Counted only where a code span begins with it: files and identifiers."""


def names_of(works: Sequence[Work]) -> Names:
    """Index the names by which the works of one map can be mentioned.

    :param works: the numbers in the result are positions in this sequence.
    """
    exact: list[tuple[Words, int]] = []
    spoken: list[tuple[Words, int]] = []
    last: dict[str, set[int]] = {}
    code: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        for name in work.names:
            words = tuple(_word(name).findall(name))
            split = tuple(word.casefold() for part in words for word in _HUMP.split(part) if word)
            if _PLAIN_WORD.fullmatch(name) and not _has_no_case(name):
                code.setdefault(name, set()).add(position)
            else:
                exact.append((words, position))
            if len(split) > 1 and work.kind is Kind.COMPONENT:
                spoken.append((split, position))
            if split:
                last.setdefault(split[-1], set()).add(-1 if is_wired_in(work) else position)
        if not is_wired_in(work):
            for name in dict.fromkeys(work.method_names):
                code.setdefault(name, set()).add(position)
    leading: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        for name in dict.fromkeys((*_files(work), *commands_of(work), *identifiers_of(work))):
            leading.setdefault(name, set()).add(position)
    return Names(
        _by_words(exact),
        _by_words(spoken),
        _unshared(last, {}),
        _unshared(code, leading),
        _unshared(leading, code),
    )


def is_wired_in(work: Work) -> bool:
    """Whether a work is the ticket of integration components that are only listed: their last words name nothing."""
    return work.kind is Kind.COMPONENT and work.group == INTEGRATION and work.subject == "integration"


def mentioned(names: Names, markdown: str, code: Sequence[str] = (), *, last_words: bool = False) -> frozenset[int]:
    """Return the positions of the works that a text names.

    :param markdown: the text to look through; its fences name nothing.
    :param code: code spans that belong to it but have lost their backticks.
    :param last_words: whether the capitalised last word of a name counts: "the Planner" for ``BackfillPlanner``.
    """
    markdown = _FENCED.sub("\n\n", markdown) if "```" in markdown or "~~~" in markdown else markdown
    pattern = _word(markdown)
    words = tuple(pattern.findall(markdown))
    spans = (*_code_spans(markdown), *code) if "`" in markdown else code
    return frozenset(
        (
            *_hits(names.exact, words),
            *_hits(names.spoken, tuple(map(str.casefold, words))),
            *(_last_words(names, markdown, tuple(pattern.finditer(markdown))) if last_words else ()),
            *(found for span in spans for found in _in_code(names, span)),
        )
    )


def identifiers_of(work: Work) -> Iterator[str]:
    """Yield the identifiers by which code spans name a change or what is done to an environment."""
    is_environment = work.kind is Kind.DEPLOYMENT and work.group == "environment"
    if work.kind is not Kind.CHANGE and not is_environment:
        return
    for item in work.items:
        named = () if is_environment else _named_by_title(item)
        yield from named
        others = (*item.code, *_code_spans("\n".join((item.detail, *(cell for _, cell in item.fields)))))
        for span in (*named, *others):
            if _LIKE_CODE.fullmatch(span):
                yield span
                if path := _PATH.match(span):
                    yield path[1]
        yield from (match[1] for match in _SQL_NAME.finditer(f"{item.markdown}\n{item.detail}"))


def _named_by_title(item: Item) -> tuple[str, ...]:
    """Return the first code span of an item, and those that follow it with only a comma or "and" between."""
    pieces = re.split(r"(?<!`)`([^`]+)`(?!`)", item.markdown)
    named = pieces[1::2][:1]
    for between, span in zip(pieces[2:-1:2], pieces[3::2], strict=True):
        if not _NEXT_NAME.fullmatch(between):
            break
        named.append(span)
    return tuple(named) or item.code[:1]


def _files(work: Work) -> Iterator[str]:
    for path in work.locations if work.kind is Kind.COMPONENT else ():
        yield path
        yield path.rpartition("/")[2]


def commands_of(work: Work) -> Iterator[str]:
    """Yield what one types to run a component: ``backfill-gaps`` for ``BackfillGapsCommand``."""
    for name in work.names if work.kind is Kind.COMPONENT else ():
        words = [part.casefold() for word in _word(name).findall(name) for part in _HUMP.split(word) if part]
        if words and words[-1] in ("command", "cli"):
            yield from ("-".join(words[:-1]), "_".join(words[:-1]))
        elif re.fullmatch(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", name):
            yield name


def _unshared(found: dict[str, set[int]], others: dict[str, set[int]]) -> dict[str, int]:
    """Return the names that only one work has.

    :param others: names of another sort, which count too.
    """
    return {
        name: next(iter(works))
        for name, works in found.items()
        if name and len(works | others.get(name, works)) == 1 and works != {-1}
    }


def _has_no_case(name: str) -> bool:
    return name.upper() == name.lower()


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


def _in_code(names: Names, span: str) -> Iterator[int]:
    """Yield what a code span names: a method, an identifier that it begins with, or a file that it runs."""
    if (called := _called(span)) in names.code:
        yield names.code[called]
    span = span.strip()
    for cut in (*(match.start() for match, _ in zip(_CUT.finditer(span), range(_CUTS), strict=False)), len(span)):
        if span[:cut] in names.leading:
            yield names.leading[span[:cut]]
    for word in () if _PATH.match(span) else span.split(" ", _CUTS)[1:_CUTS]:
        if word in names.leading and _LIKE_CODE.fullmatch(word):
            yield names.leading[word]


def _called(span: str) -> str:
    """What a code span names: ``store`` in ``store``, ``store(x)`` and ``a.store(x)``, but not in ``POST /store``."""
    return span.partition("(")[0].strip().rpartition(".")[2]


def _last_words(names: Names, text: str, matches: Sequence[re.Match[str]]) -> Iterator[int]:
    """Yield the components whose capitalised last word a text says as a name of its own."""
    for number, match in enumerate(matches):
        word = match[0]
        position = names.last.get(word.casefold())
        if position is not None and word[0].isupper() and _stands_alone(text, matches, number):
            yield position


def _stands_alone(text: str, matches: Sequence[re.Match[str]], number: int) -> bool:
    """Whether a capitalised word is a name by itself: not part of a longer one, nor the command of a sentence."""
    match = matches[number]
    gap = text[matches[number - 1].end() if number else 0 : match.start()]
    after = text[match.end() : match.end() + 2]
    if _INSIDE_A_NAME.search(gap) or after[:1] in ("-", "_", "/", "@"):
        return False
    if after[:1] == " " and (after[1:] == "|" or after[1:].isupper()):
        return False
    if not number or _SENTENCE_START.search(gap):
        return match[0].casefold() not in _VERBS_TOO
    before = matches[number - 1][0]
    is_longer = gap == " " and before[0].isupper() and before.casefold() not in _OPENING_WORDS
    return not is_longer


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
    if tree.following.keys().isdisjoint(words):
        return  # no name begins with any of them, as nearly always
    for start, word in enumerate(words):
        node = tree.following.get(word)
        if node is None:
            continue
        longest: list[int] = []
        end = start + 1
        while node:
            longest = node.works or longest
            node = node.following.get(words[end]) if end < len(words) else None
            end += 1
        yield from longest


Edges = dict[int, set[int]]
"""Position of a work -> positions of the works it waits for."""


class Needs(NamedTuple):
    """What the works of one map need, by what their authors say."""

    edges: Edges
    asked_by: tuple[tuple[int, set[int]], ...]
    """(work, those that it waits for) by the ``Inbound`` fields of these: who asks waits for who is asked."""
    unknown: tuple[tuple[int, str, str], ...]
    """(work, name, name of the map that it nearly is)."""
    outside: tuple[tuple[str, ...], ...]
    """For each work what it needs from outside, as Markdown."""


def needs_of(works: Sequence[Work], names: Names) -> Needs:
    """Look up what the works of one map need.

    :param names: the names of the same works.
    """
    index = _Index(works, names)
    edges: Edges = {position: set() for position in range(len(works))}
    asked_by, unknown, outside = [], [], []
    for position, work in enumerate(works):
        missing: dict[str, None] = {}
        for need in work.needs:
            found = index.named(need.name)
            is_inbound = need.kind is NeedKind.INBOUND
            if is_inbound and not work.done:
                asked_by += [(other, {position}) for other in found - {position}]
            elif not is_inbound:
                edges[position] |= {other for other in found - {position} if not works[other].done}
            said = "Inbound: " if is_inbound else ""
            meant = "" if found or need.kind is NeedKind.EXTERNAL else index.nearly(need.name)
            if meant:
                unknown.append((position, f"{said}{need.name}", meant))
            elif not found:
                missing[f"{said}{need.markdown}"] = None
        outside.append(tuple(missing))
    return Needs(edges, tuple(asked_by), tuple(unknown), tuple(outside))


class _Index:
    """Finds works by the names that fields give them."""

    def __init__(self, works: Sequence[Work], names: Names) -> None:
        self._names = names
        self._called = NearNames(name for work in works for name in work.names)
        self._by_letters = _by_letters(works)

    def named(self, name: str) -> Set[int]:
        """Return the works that a name refers to; case, spaces and hyphens do not count."""
        return mentioned(self._names, name, [name]) or self._by_letters.get(squeezed(name), frozenset())

    def nearly(self, name: str) -> str:
        """Return the component that a name is nearly."""
        return self._called.nearest(name)


def _by_letters(works: Sequence[Work]) -> Mapping[str, Set[int]]:
    found: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        for name in work.names:
            found.setdefault(squeezed(name), set()).add(position)
    return found
