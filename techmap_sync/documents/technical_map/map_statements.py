"""The statements of a technical map, line by line.

They are read from the text alone, without the blocks and values that the parser makes of it: what the parser drops is
seen here. A line that is read wrongly at worst appears in a ticket twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from techmap_sync.documents.frontmatter import split_front_matter
from techmap_sync.documents.marko_patches import too_long
from techmap_sync.documents.rows import cells_of
from techmap_sync.documents.statements import COMMENT, NOTHING, PLACEHOLDER, STRUCTURE, Statement, words_of
from techmap_sync.documents.technical_map.classify import is_placeholder, without_placeholders
from techmap_sync.documents.technical_map.metadata import says_template
from techmap_sync.documents.technical_map.names import component_name, map_title
from techmap_sync.documents.technical_map.sections import is_section
from techmap_sync.documents.technical_map.shapes import TICKS
from techmap_sync.documents.technical_map.ticket_titles import sentences_in
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import fold, heading_key, unnumbered, without_closing_colon
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import unified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from techmap_sync.documents.technical_map.vocabulary import Vocabulary


_QUOTE = lazy(r"^(?:[ ]{0,3}>[ ]?)+")
_CALLOUT = lazy(r"^\s*\[!\w+\]\s*")
_FENCE = lazy(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})(.*)")
_HEADING = lazy(r"\s*#{1,6}(?=\s|$)")
_UNDERLINE = lazy(r" {0,3}(?:=+|-+)\s*")
_BULLET = lazy(r"\s*(?:[-*+\u2022]|\d{1,9}[.)])(?:[\s\u00a0]+|$)")
_LEAD = lazy(rf"(?:{_BULLET.pattern}|\s*\[[ xX]\]\s+)*")
_SECTION_LEVEL = 2
_OF_RULES = " \t|:+-"
_LABEL = lazy(r"\s*(?:\*\*|__)([^*]+?)(?:[:：]\s*(?:\*\*|__)|(?:\*\*|__)\s*(?:\([^()]*\)\s*)?[:：]?)")
_PLAIN_LABEL = lazy(r"\s*([^\W\d_][^:：|`]{0,40}?)\s*[:：](?=\s|$)")
_IDENTITY = lazy(r"\s\{#[^\s{}]+\}")
_TAG = (
    r"</?(?:a|abbr|b|big|br|code|del|details|div|em|font|hr|i|img|ins|kbd|mark|p|pre|s|small|span|strike|strong|sub"
    r"|summary|sup|u)\b[^<>]*>"
)
_BETWEEN = lazy(rf"(?i)\]\([^()\s]*\)|{_TAG}|[|:;()\[\]（）：；—–]|\s-\s|\*\*|__|`+")
_MARKUP = lazy(r"\*\*|__|`+")
_LINES_APART = lazy(r"\s\|\s")


def statements_of(text: str, vocabulary: Vocabulary, *, by_sentence: bool = True) -> tuple[Statement, ...]:
    """Return what each line of a map says that is not blank, in order; nothing of one that is too long to be read.

    :param by_sentence: whether sentences are told apart, which takes a third of the time.
    """
    lines = unified(text)
    front = split_front_matter(lines).length
    if too_long(lines[:front]) or too_long(lines[front:]):
        return ()
    return tuple(_with_bare_headings(list(_Scanner(lines, vocabulary, by_sentence).run())))


def _with_bare_headings(statements: Sequence[Statement]) -> Iterator[Statement]:
    """Yield the statements; a heading above nothing but "None", placeholders or comments says no more than these."""
    below: dict[int, set[str]] = {}
    for said in statements:
        if not said.is_heading:
            below.setdefault(said.section, set()).add(said.excuse)
    for said in statements:
        excuses = below.get(said.section, set()) - {COMMENT}
        bare = said.is_heading and said.section in below and excuses <= {NOTHING, PLACEHOLDER}
        yield (
            said._replace(excuse=said.excuse or (PLACEHOLDER if PLACEHOLDER in excuses else NOTHING)) if bare else said
        )


class _Scanner:
    """Goes through the lines with what those above mean for the next."""

    def __init__(self, text: str, vocabulary: Vocabulary, by_sentence: bool) -> None:
        self.lines = text.split("\n")
        self.front = text.count("\n", 0, split_front_matter(text).length)
        self.vocabulary, self.by_sentence = vocabulary, by_sentence
        self.blank = [not line.strip("> \t") for line in self.lines]
        self.comment_ends = self._comment_ends()
        self.part, self.heading, self.section, self.block, self.table = "", "", 0, 0, 0
        self.matrix = False
        self.counting: frozenset[int] = frozenset()
        self.fence, self.quoted = "", False
        self.known: dict[str, tuple[tuple[str, ...], ...]] = {}
        """What ``_pieces`` has returned: a sentence is often the whole line."""

    def _comment_ends(self) -> list[int]:
        """Return for each line the next one that ends a comment, or the number of lines."""
        ends, end = [], len(self.lines)
        for number in range(len(self.lines) - 1, -1, -1):
            end = number if "-->" in self.lines[number] else end
            ends.append(end)
        return ends[::-1]

    def run(self) -> Iterator[Statement]:
        """Yield one statement for each line that is not blank."""
        number = 0
        while number < len(self.lines):
            behind = number + 1
            if self.blank[number]:
                self._begin_block()
            elif number < self.front:
                yield self._front_matter(number)
            elif self.fence:
                yield self._code(number)
            elif hidden := self._after_comment(number):
                behind = hidden
                yield from (self._statement(n, "", (), COMMENT) for n in range(number, behind) if not self.blank[n])
            else:
                yield self._line(number)
            number = behind

    def _statement(
        self, number: int, text: str, pieces: Sequence[tuple[str, ...]] = (), excuse: str = "", *, is_code: bool = False
    ) -> Statement:
        why = excuse or ("" if pieces else STRUCTURE)
        head = self.table if self.table != self.block else 0
        place = (self.heading, self.block, self.section, head)
        is_whole = self.matrix and self.table != 0
        return Statement(
            number + 1, text, tuple(pieces), why, *place, is_code=is_code, part=self.part, is_whole=is_whole
        )

    def _begin_block(self) -> None:
        if not self.fence:
            self.block += 1
            self.table = 0

    def _front_matter(self, number: int) -> Statement:
        self.block += 1
        line = self.lines[number].strip()
        words = words_of(line)
        known = line.partition(":")[0].strip() in ("id", "kind")
        return self._statement(number, f"- {line}", [words] if words else [], STRUCTURE if known else "")

    def _after_comment(self, number: int) -> int:
        """Return the line after a comment that fills this line and all others up to its end, or 0."""
        line, end = self.lines[number].lstrip("> \t"), self.comment_ends[number]
        if not line.startswith("<!--") or end == len(self.lines):
            return 0
        if end == number:
            return 0 if _text(line).strip() else end + 1
        return 0 if self.lines[end].rpartition("-->")[2].strip() else end + 1

    def _code(self, number: int) -> Statement:
        line = _QUOTE.sub("", self.lines[number]) if self.quoted else self.lines[number]
        sign, words = line.strip(), words_of(line)
        if sign.startswith(self.fence) and not sign.strip(self.fence[0]):
            self.fence = ""
            closing = self._statement(number, line, is_code=True)
            self._begin_block()
            return closing
        return self._statement(number, line, [words] if words else [], is_code=True)

    def _line(self, number: int) -> Statement:
        line = _CALLOUT.sub("", _QUOTE.sub("", _text(self.lines[number])))
        fence = _FENCE.match(line)
        if fence and (fence[1][0] == "~" or "`" not in fence[2]):
            self._begin_block()
            self.fence, self.quoted = fence[1], _QUOTE.match(self.lines[number]) is not None
            return self._statement(number, line, is_code=True)
        if heading := self._heading_text(number, line):
            return self._heading(number, line, heading)
        if _is_rule(line):
            return self._statement(number, line)
        excuse = self._note_block(number, line)
        if opened := self._labelled_section(number, line):
            return opened
        body = self._without_counts(line) if self.table else _LEAD.sub("", line, count=1)
        plain = _MARKUP.sub("", _IDENTITY.sub("", body)).strip()
        parts = [body] if self.table else _LINES_APART.split(body)
        pieces = [piece for part in parts for piece in self._pieces(part)]
        said = self._statement(number, line, pieces, excuse or self._excuse(plain))
        return said if self.table or not self.by_sentence else said._replace(sentences=self._sentences(body))

    def _sentences(self, body: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Return the pieces of each sentence, where there are several: they may belong to different components."""
        sentences = list(sentences_in(body, self.vocabulary.abbreviations))
        return tuple(self._pieces(each) for each in sentences) if len(sentences) > 1 else ()

    def _labelled_section(self, number: int, line: str) -> Statement | None:
        """Return the statement of a label that opens a section, as in the compact form, or None."""
        label = _LABEL.match(line)
        if not label or self.table or not is_section(label[1], self.vocabulary):
            return None
        self.section += 1
        self.heading = without_closing_colon(unnumbered(label[1]))
        if look_up(self.vocabulary.sections, label[1]):
            self.part = self.heading
        value = line[label.end() :].strip()
        excuse = self._excuse(_MARKUP.sub("", value)) if value else STRUCTURE
        said = self._statement(number, value, self._pieces(value), excuse)
        self.block += not value
        return said if value else said._replace(is_heading=True)

    def _note_block(self, number: int, line: str) -> str:
        """Begin a block where a line does; the head of a table says what the columns of the rows mean."""
        if "|" in line and number + 1 < len(self.lines) and _is_rule(self.lines[number + 1]):
            self.block += 1
            self.table = self.block
            self.matrix = self._is_matrix(number)
            heads = cells_of(self.lines[number])
            known = self.vocabulary.number_columns
            self.counting = frozenset(n for n, head in enumerate(heads) if n + 1 < len(heads) and fold(head) in known)
            return STRUCTURE
        if self.table or _BULLET.match(line) or _LABEL.match(line):
            self.block += 1
        return ""

    def _is_matrix(self, head: int) -> bool:
        """Whether the rows below the head of a table only answer yes or no in two columns or more."""
        answers, words = [], self.vocabulary.matrix_words | TICKS
        for line in self.lines[head + 2 :]:
            if "|" not in line:
                break
            answers.append([fold(unnumbered(_MARKUP.sub("", cell))) in words for cell in cells_of(line)[1:]])
        columns = len(cells_of(self.lines[head])) - 1
        return columns > 1 and bool(answers) and all(len(row) > 1 and all(row) for row in answers)

    def _without_counts(self, row: str) -> str:
        """Return a row without the cells that only number it."""
        if not self.counting:
            return row
        return " | ".join(cell for n, cell in enumerate(cells_of(row)) if n not in self.counting)

    def _excuse(self, plain: str) -> str:
        if is_placeholder(plain, self.vocabulary):
            return PLACEHOLDER
        return NOTHING if self.vocabulary.nothing.is_word(fold(plain)) else ""

    def _pieces(self, text: str) -> tuple[tuple[str, ...], ...]:
        """Return the words of each piece of a text, without a known label in front and without tags."""
        if text not in self.known:
            self.known[text] = tuple(self._cut(text))
        return self.known[text]

    def _cut(self, text: str) -> Iterator[tuple[str, ...]]:
        if self._is_of_template(text):
            return
        text = without_placeholders(self._without_label(_IDENTITY.sub("", text)), self.vocabulary)
        if is_placeholder(_MARKUP.sub("", text).strip(), self.vocabulary):
            return
        for place, piece in enumerate(_BETWEEN.split(text)):
            bare = unnumbered(piece.strip())
            words = words_of(bare if place == 0 else piece)
            if words and not self._says_nothing(bare):
                yield words

    def _is_of_template(self, text: str) -> bool:
        """Whether a text is a field with the value that the blank template has there."""
        label = _LABEL.match(text) or _PLAIN_LABEL.match(text)
        name = look_up(self.vocabulary.metadata, label[1]) if label else ""
        return bool(label and name and says_template(name, text[label.end() :].strip()))

    def _says_nothing(self, piece: str) -> bool:
        folded, words = fold(piece), self.vocabulary
        is_known = folded in words.statuses or words.nothing.is_word(folded)
        return is_known or self._counts(folded) or is_placeholder(piece, words)

    def _counts(self, folded: str) -> bool:
        """Whether a piece only counts: ``component 3``, ``step 2``."""
        words = folded.split()
        return len(words) == 2 and words[0] in self.vocabulary.component_words and words[1].isdigit()

    def _without_label(self, text: str) -> str:
        vocabulary = self.vocabulary
        label = _LABEL.match(text)
        if label and self._is_known(label[1]):
            return text[label.end() :]
        label = _PLAIN_LABEL.match(text)
        if label and (heading_key(label[1]) in vocabulary.fields or heading_key(label[1]) in vocabulary.metadata):
            return text[label.end() :]
        step = vocabulary.steps.match(text.lstrip("* "))
        return text.lstrip("* ")[step.end() :] if step else text

    def _is_known(self, label: str) -> bool:
        words = self.vocabulary
        key = heading_key(label)
        return key in words.fields or key in words.metadata or is_section(label, words)

    def _heading_text(self, number: int, line: str) -> str:
        if found := _HEADING.match(line):
            return line[found.end() :].strip().rstrip("#").rstrip() or " "
        following = number + 1
        if following >= len(self.lines) or _BULLET.match(line) or "|" in line:
            return ""
        below = _QUOTE.sub("", self.lines[following])
        return line.strip() if _UNDERLINE.fullmatch(below) else ""

    def _heading(self, number: int, line: str, text: str) -> Statement:
        plain = _MARKUP.sub("", _IDENTITY.sub("", f" {text}")).strip()
        self._begin_block()
        self.section += 1
        title = map_title(plain, self.vocabulary)
        said = without_closing_colon(unnumbered(plain)) if title is None else title
        self.heading = said if title is None else ""
        if self._level(line) <= _SECTION_LEVEL:
            self.part = self.heading
        known = is_section(plain, self.vocabulary) or look_up(self.vocabulary.fields, plain)
        name = "" if title is None and known else title or self._without_status(component_name(plain, self.vocabulary))
        excuse = PLACEHOLDER if is_placeholder(said, self.vocabulary) else ""
        heading = self._statement(number, line, self._pieces(name), excuse)
        self.block += 1
        return heading._replace(is_heading=True)

    def _level(self, line: str) -> int:
        """Return the level of a heading; one that is underlined opens a section."""
        bare = line.lstrip()
        return len(bare) - len(bare.lstrip("#")) if bare.startswith("#") else 1

    def _without_status(self, name: str) -> str:
        first, _, rest = name.partition(" ")
        if rest and fold(first) in self.vocabulary.statuses:
            return rest
        rest, _, last = name.rpartition(" ")
        return rest if rest and fold(last) in self.vocabulary.statuses else name


def _is_rule(line: str) -> bool:
    """Whether a line is one across the page, or the one below the head of a table."""
    return "-" in line and not _QUOTE.sub("", line).strip(_OF_RULES)


def _text(line: str) -> str:
    """Return a line without the comments in it; what looks like one within code stays."""
    if "<!--" not in line:
        return line
    kept, place, ticks = [], 0, 0
    while (start := line.find("<!--", place)) >= 0 and (end := line.find("-->", start)) >= 0:
        end += len("-->")
        ticks += line.count("`", place, start)
        kept.append(line[place:end] if ticks % 2 else line[place:start])
        place = end
    return "".join([*kept, line[place:]])
