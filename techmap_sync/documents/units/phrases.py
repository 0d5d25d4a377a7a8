"""The text of one task or heading: id, marks, references and status words on one side, the title on the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.patterns import lazy

_EMOJI = "\U0001f000-\U0001faff\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff"
_SIGN = rf"[{_EMOJI}][\ufe0f\u200d{_EMOJI}]*"
_EMOJI_AND_REST = lazy(rf"(?:^|\s+){_SIGN}(?:\s.*)?$", re.S)
_LEADING_EMOJI = lazy(rf"^(?:{_SIGN}\s*)+")
_ENDING_EMOJI = lazy(rf"\s+(?:{_SIGN}\s*)+(?:\([^()]*\)|[A-Z][A-Z ]+)?$")
_DONE_SIGN = lazy("[✅☑✔]")
_PARENTHESES = lazy(r"\s*(?:\((?P<round>[^()]*)\)|（(?P<wide>[^（）]*)）)")
_BETWEEN = r"(?:\s*[,;/&+、，]\s*(?:and\s+)?|\s+and\s+|\s+)"
_TO = r"\s*(?:-|–|—|\.\.|to)\s*"
_RANGE = lazy(rf"(?P<word>[A-Za-z]*)(?P<first>\d+){_TO}(?P<same>[A-Za-z]*)(?P<last>\d+)")
_LONGEST_RANGE = 100
_PRIORITY = lazy(r"\s*[(\[]\s*(?:(?:Priority|優先度|优先级)\s*[:：]\s*)?P(?P<level>\d)\s*[)\]]", re.I)
_STORY = lazy(r"US\d+", re.I)
_BEFORE_TITLE = " -–—:："


class Said(NamedTuple):
    """What the text of a task or a heading says."""

    title: str
    id: str | None = None
    state: str | None = None
    done: bool = False
    """Whether a word or a sign says so."""
    optional: bool = False
    parallel: bool = False
    stories: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    """Ids that a bracket names as what it waits for, known or not."""
    requirements: tuple[str, ...] = ()


class Phrases:
    """Reads the texts of one family."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._task = alternatives(grammar.task_words)
        self._depends = alternatives((*grammar.depends_words, *grammar.depends_labels))

    @cached_property
    def _id(self) -> re.Pattern[str]:
        end = r"(?:[.):：、](?=\s|[^\x00-\x7f]|$)|(?=\s|$))"
        return re.compile(
            rf"(?:(?P<task>{self._task})\s+)?(?P<id>{self.grammar.id})(?P<star>\*?)(?P<end>{end})\s*(?P<late>\*(?=\s))?\s*",
            re.I,
        )

    @cached_property
    def _status_before(self) -> re.Pattern[str]:
        words = self.grammar.status_words
        return re.compile(
            rf"(?:\[(?P<a>{words})\]\s*[:：–—-]?|\((?P<b>{words})\)\s*[:：–—-]?|(?P<c>{words})\s*[:：–—-])\s*"
        )

    @cached_property
    def _status_after(self) -> re.Pattern[str]:
        words = self.grammar.status_words
        return re.compile(rf"\s*(?:[–—:;,]|\s-)\s*(?P<a>{words})(?!\w).*$|\s+\[?(?P<b>{words})\]?\s*$")

    @cached_property
    def _status_inside(self) -> re.Pattern[str]:
        return re.compile(rf"(?P<word>{self.grammar.status_words})(?!\w)", re.I)

    @cached_property
    def _optional(self) -> re.Pattern[str]:
        return re.compile(alternatives(self.grammar.optional), re.I)

    @cached_property
    def _optional_after(self) -> re.Pattern[str]:
        words = alternatives(self.grammar.optional)
        return re.compile(rf"\s*(?:[–—]|\s-)\s*(?:{words})\s*$|\s*\[(?:{words})\]\s*$", re.I)

    @cached_property
    def _mark(self) -> re.Pattern[str]:
        words = alternatives(self.grammar.parallel)
        review = r"\[AI-Review\]|\[(?:High|Medium|Med|Low|Critical)\]"
        return re.compile(rf"(?P<parallel>\[(?:{words})\]|[(（](?:{words})[)）])|\[(?P<story>US\d+)\]|{review}", re.I)

    @cached_property
    def _reference(self) -> str:
        requirement = rf"(?:{alternatives(self.grammar.requirement_prefixes)})-?\d+[a-z]?(?!\w)"
        words = r"(?:tasks?|(?:user\s+)?stor(?:y|ies)|phases?)\s+"
        ident = rf"(?:{self.grammar.id})(?!\w)"
        return rf"(?:{words})?(?:{ident}(?:{_TO}{ident})?|{requirement}|US\d+)"

    @cached_property
    def _references(self) -> re.Pattern[str]:
        """A whole bracket of references: ``depends on T012, T013``, ``FR-001``, ``AC: #1, #2``."""
        label = rf"(?P<depends>{self._depends})\s*[:：]?\s*|(?P<ac>AC|ACs|Acceptance Criteria)\s*[:：]?\s*(?=#?\d)"
        listed = rf"{self._reference}(?:{_BETWEEN}{self._reference})*"
        numbers = rf"#?\d+(?:{_BETWEEN}(?:AC\s*)?#?\d+)*"
        return re.compile(rf"(?:{label})?(?P<list>{listed}|(?(ac){numbers}|(?!)))", re.I)

    @cached_property
    def _requirement(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{alternatives(self.grammar.requirement_prefixes)})-\d+[a-z]?(?![\w-])")

    @cached_property
    def _prose(self) -> re.Pattern[str]:
        ident = rf"(?:tasks?\s+)?(?:{self.grammar.id})(?!\w)(?:{_TO}(?:{self.grammar.id})(?!\w))?"
        words = rf"(?<!\w)(?:{self._depends})\s*[:：]?\s*(?:tasks?\s+)?"
        return re.compile(rf"{words}(?P<list>{ident}(?:{_BETWEEN}{ident})*)(?P<behind>\s*.?)", re.I)

    @cached_property
    def _label(self) -> re.Pattern[str]:
        words = {"depends": self.grammar.depends_labels, "requires": self.grammar.requirement_labels}
        groups = "|".join(rf"(?P<{name}>{alternatives(labels)})" for name, labels in words.items())
        return re.compile(rf"(?:{groups})\s*[:：]\s*", re.I)

    def read(self, text: str, *, struck: bool = False, heading: bool = False) -> Said:
        """Read the text of a task; of a heading also what follows an emoji is cut."""
        state = self.grammar.struck_state() if struck else None
        done = bool(_DONE_SIGN.search(text)) if heading else False
        text, before = self._without_status_before(_LEADING_EMOJI.sub("", text.strip(), count=1))
        ident, text, optional = self._without_id(text)
        text, later = self._without_status_before(text)
        text, parallel, stories = self._without_marks(text)
        if before and (inner := re.match(r"\((?P<title>[^()]*(?:\([^()]*\)[^()]*)*)\)", text)):
            text = inner["title"]
        requirements = self._requirements_in(text)
        text, behind, flags = self._without_tail(text, heading=heading)
        words = [word for word in (before, later, *behind) if word]
        states = [found for word in words if (found := self.grammar.state_of.get(folded(word)))]
        done = done or any(word in self.grammar.done_words for word in words)
        return Said(
            text.lstrip(_BEFORE_TITLE).rstrip(),
            ident,
            states[0] if states else state,
            done,
            optional or flags.optional,
            parallel or flags.parallel,
            tuple(dict.fromkeys((*stories, *flags.stories))),
            flags.depends_on,
            tuple(dict.fromkeys((*requirements, *flags.requirements))),
        )

    def _without_status_before(self, text: str) -> tuple[str, str]:
        found = self._status_before.match(text)
        return (text[found.end() :], found["a"] or found["b"] or found["c"]) if found else (text, "")

    def _without_id(self, text: str) -> tuple[str | None, str, bool]:
        """Return the id, the rest, and whether a star says that it is optional."""
        star = text.startswith("*")
        text = text.lstrip("* ") if star else text
        found = self._id.match(text)
        if found is None or self._is_a_number(found):
            return None, text, star
        rest = text[found.end() :]
        return found["id"], rest, star or bool(found["star"] or found["late"])

    @staticmethod
    def _is_a_number(found: re.Match[str]) -> bool:
        """Whether it is a number of the sentence: "404 pages"; an id of one number has a point, a word or a star."""
        return found["id"].isdigit() and not (found["end"] or found["task"] or found["star"] or found["late"])

    def _without_marks(self, text: str) -> tuple[str, bool, tuple[str, ...]]:
        parallel, stories = False, []
        while found := self._mark.match(text):
            parallel = parallel or bool(found["parallel"])
            stories += [found["story"].upper()] if found["story"] else []
            text = text[found.end() :].lstrip(" :")
        return text, parallel, tuple(stories)

    def _without_tail(self, text: str, *, heading: bool) -> tuple[str, list[str], Said]:
        """Return the title, the status words around it, and what brackets and marks after it say."""
        said, words = Said(""), []
        if heading:
            text = _PRIORITY.sub("", text)
            if cut := _EMOJI_AND_REST.search(text):
                words += [found["word"].upper() for found in self._status_inside.finditer(text[cut.start() :])][:1]
                text = text[: cut.start()]
        previous = None
        while previous != text:
            previous = text
            text = _ENDING_EMOJI.sub("", text)
            if found := self._status_after.search(text):
                words.append(found["a"] or found["b"])
                text = text[: found.start()]
            if found := self._optional_after.search(text):
                said = said._replace(optional=True)
                text = text[: found.start()]
            text, said = self._without_last_mark(text, said)
            text, said, more = self._without_brackets(text, said)
            words += more
            text = text.rstrip()
        return " ".join(text.split()), words, said

    def _without_last_mark(self, text: str, said: Said) -> tuple[str, Said]:
        opening = max(text.rfind("["), text.rfind("("), text.rfind("（"))
        found = self._mark.fullmatch(text.rstrip(), opening) if opening >= 0 else None
        if found is None:
            return text, said
        stories = (*said.stories, found["story"].upper()) if found["story"] else said.stories
        return text[:opening], said._replace(parallel=said.parallel or bool(found["parallel"]), stories=stories)

    def _without_brackets(self, text: str, said: Said) -> tuple[str, Said, list[str]]:
        """Cut brackets that hold nothing but references, a status word or "optional"."""
        kept, words, last = [], [], 0
        for found in _PARENTHESES.finditer(text):
            inside = (found["round"] or found["wide"] or "").strip()
            status = self._status_inside.match(inside)
            if self._optional.fullmatch(inside):
                said = said._replace(optional=True)
            elif status and self.grammar.state_of.get(folded(status["word"])):
                words.append(status["word"])
            elif (done := _LEADING_EMOJI.sub("", inside)) in self.grammar.done_words:
                words.append(done)
            elif inside and self._is_references(inside):
                said = self._referred(inside, said)
            else:
                continue
            kept.append(text[last : found.start()])
            last = found.end()
        return "".join((*kept, text[last:])), said, words

    def _is_references(self, inside: str) -> bool:
        return all(self._references.fullmatch(part.strip()) for part in inside.split(";"))

    def _referred(self, inside: str, said: Said) -> Said:
        for part in inside.split(";"):
            found = self._references.fullmatch(part.strip())
            assert found
            if found["ac"]:
                numbers = tuple(f"AC{number}" for number in re.findall(r"\d+", found["list"]))
                said = said._replace(requirements=(*said.requirements, *numbers))
            elif found["depends"]:
                said = said._replace(depends_on=(*said.depends_on, *self.ids_in(found["list"])))
            else:
                stories = tuple(story.upper() for story in _STORY.findall(found["list"]))
                said = said._replace(requirements=(*said.requirements, *stories))
        return said

    def ids_in(self, text: str) -> tuple[str, ...]:
        """Return the ids of a list, ranges written out."""
        pattern = re.compile(rf"(?<![\w.]){_RANGE.pattern}(?![\w.])|(?<![\w.-])(?P<id>{self.grammar.id})(?!\w)(?!\.\d)")
        found = [one for match in pattern.finditer(text) for one in self._ids_of(match)]
        return tuple(dict.fromkeys(found))

    def _ids_of(self, match: re.Match[str]) -> Iterator[str]:
        if match["id"]:
            yield match["id"]
            return
        first, last = int(match["first"]), int(match["last"])
        width = len(match["first"]) if match["first"].startswith("0") else 0
        for number in range(first, min(last, first + _LONGEST_RANGE) + 1):
            yield f"{match['word']}{number:0{width}}"

    def prose_dependencies(self, text: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the known ids that a sentence names directly after "depends on", "after", "needs" or "blocked by"."""
        known = frozenset(known)
        return tuple(
            dict.fromkeys(
                ident
                for found in self._prose.finditer(text)
                if not (
                    found["list"][-1].isdigit() and found["list"][0].isdigit() and found["behind"].strip().isalnum()
                )
                for ident in self.ids_in(found["list"])
                if ident in known and not (ident.isdigit() and "task" not in found[0].casefold())
            )
        )

    def _requirements_in(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._requirement.findall(text)))

    def detail(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return what a line below a task names: ``depends`` or ``requires`` with its ids, or nothing.

        ``Requirements: 1.2``, ``Validates: Requirements 1.2``, ``Depends: 1.1``.
        """
        found = self._label.match(text)
        if found is None:
            return "requires", self._requirements_in(text)
        if found["depends"]:
            return "depends", self.ids_in(text[found.end() :])
        return "requires", tuple(dict.fromkeys(re.findall(r"[A-Z]+-\d+(?:\.\d+)*|\d+(?:\.\d+)*", text[found.end() :])))

    def split_label(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return a title without labels that follow on its own line (``_Depends: 1.1_``), and those labels."""
        for found in self._label.finditer(text):
            if found.start() and text[found.start() - 1] in " _*":
                rest = text[found.start() :].strip("_* ")
                return text[: found.start()].rstrip(" _*"), (rest,)
        return text, ()

    def priority(self, text: str) -> str | None:
        """Return the priority that a heading names: P1 is high, P2 medium, everything below low."""
        found = _PRIORITY.search(text)
        return {"0": "high", "1": "high", "2": "medium"}.get(found["level"], "low") if found else None


_PATH = lazy(r"(?:[\w.@<>{}-]+/)+[\w.@<>{}*-]*|[\w-]+(?:\.[\w-]+)*\.[A-Za-z]\w{0,5}")


def paths_in(code: Iterable[str]) -> tuple[str, ...]:
    """Return the code spans that are paths, each once."""
    return tuple(dict.fromkeys(span for span in code if _PATH.fullmatch(span)))
