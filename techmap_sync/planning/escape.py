"""Text of a map, made safe for the description and the title of a ticket on GitHub and GitLab at once.

A map is written by people who may not write tickets. Its text must notify nobody, link or close no other ticket, run no
quick action, and hold no comment that could be taken for a marker; and it must still look as its author wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from techmap_sync.patterns import lazy
from techmap_sync.planning.escape_fences import Fence, is_list_item, read_fence
from techmap_sync.planning.escape_inline import (
    DEFINITION,
    HIDING,
    TARGET,
    URL_CHARACTERS,
    ZERO_WIDTH_SPACE,
    Kind,
    code,
    cut,
    destination,
    doubtful,
    inert_link,
    names_ticket,
    shield,
    show_hidden,
    tag,
    without_controls,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


# GitLab's ``QuickActions::Extractor`` looks for ``^/name`` in the lines of the source, old servers by one pattern over
# the whole text, newer ones in paragraphs; ``IncludeFilter`` for ``^::include{``.
_LIVE_AT_START = lazy(r"/[A-Za-z]|::include\{")
_MARKS = r"[\s>*+\d.)-]*+"
# CommonMark 4.6: from such a line to the next blank one, Markdown may be off. ``<pre>`` goes on beyond blank lines.
_TAG = r"</?[A-Za-z][A-Za-z0-9-]*+(?:[\s/>]|$)"
_HTML = lazy(rf"{_MARKS}(?={_TAG})")
_BLOCK = lazy(rf"\A({_MARKS})(?={_TAG}|~~~)")
_PREFORMATTED = lazy(rf"\A({_MARKS})(?=<pre\b)", re.IGNORECASE)
# A line that is not a link definition must not become one, which would hide it.
_LABEL = lazy(rf"\A({_MARKS}\[(?!\^)(?:[^\[\]\\]|\\.)++\])(?=:)")
_COMMENT = lazy(r" {0,3}<!--")
# Several lines between ``>>>`` are one quotation on GitLab, and would end a fence that begins between them.
_QUOTE_FENCE = lazy(rf"{_MARKS}(?<=>>>)[ \t]*")

# Most lines of a map are words and short code: one pattern shows quickly that nothing in them can act.
_INERT = lazy(
    r"""
    (?: [^\W_] | [ _,:;()'"?=+\u2010-\u2027\u2190-\u21ff]  # no letter, dash, quotation mark or arrow begins anything
      | (?<!www)\. | (?<![gG][hHlL])-                     # www.example.org and GH-1 would
      | `[ -\#%-_a-{}~]++`(?!`)                           # code, without the signs of tables and formulas
    )*+
    """,
    re.VERBOSE,
)


def is_inert(markdown: str) -> bool:
    """Say whether a text is one line without links that :func:`neutralize` would return as it is.

    It is a glance: a text that is not found inert may be so all the same.
    """
    return _INERT.fullmatch(markdown) is not None and "<!--" not in markdown


def neutralize(markdown: str) -> str:
    r"""Return Markdown that is inert on both trackers and looks the same.

    No line of the result begins with ``/`` and a letter, outside code no reference is left, and no HTML comment
    anywhere but in code. Code spans and fenced code keep every character; fences are closed and written with
    backticks. Complete comments vanish, all other text stays visible. Line ends become ``\\n``. Applying it twice
    changes nothing more.

    Links must be made absolute before: see :func:`techmap_sync.planning.link_targets.absolute_links`.
    """
    return markdown if is_inert(markdown) else neutralize_closely(markdown)


def neutralize_closely(markdown: str) -> str:
    """Return the same as :func:`neutralize`, without the quick check for texts that need no reading."""
    lines = without_controls(markdown).split("\n")
    several = len(lines) > 1
    written = _Pass(lines).run()
    # One line may come of several, and one line alone is written for another place.
    return "\n".join(_Pass(written).run() if several and len(written) == 1 else written)


@dataclass(slots=True)
class _Pass:
    """One pass over the lines of a text, with what the lines above mean for the next."""

    lines: list[str]
    out: list[str] = field(default_factory=list)
    settled: bool = True
    """What looks like code in this paragraph is code."""
    html: bool = False
    """Within raw HTML: there Markdown may be off."""
    dollars: bool = False
    """A formula may have begun in this paragraph."""
    brackets: int = 0
    """Brackets that are open in this paragraph."""
    in_list: bool = False
    indented: bool = False
    """Within indented code: there a comment is seen."""
    last_comment_end: int = -1

    def __post_init__(self) -> None:
        self.last_comment_end = max((n for n, line in enumerate(self.lines) if "-->" in line), default=-1)

    def run(self) -> list[str]:
        """Return the lines as they are safe to write."""
        position = 0
        while position < len(self.lines):
            if self._comment_begins(position):
                position = self._drop_comment(position)
            elif fence := self._fence(position):
                self._write_fence(fence)
                position = fence.end
            else:
                self.out.append(self._line(position))
                position += 1
        return self.out

    def _begin_paragraph(self) -> None:
        self.settled, self.html, self.dollars, self.brackets = True, False, False, 0

    def _paragraph_ends(self, position: int) -> bool:
        return position >= len(self.lines) or _is_blank(self.lines[position]) or self._comment_begins(position)

    def _comment_begins(self, position: int) -> bool:
        """Say whether a comment between paragraphs starts here (CommonMark 4.6, kind 2), and ends."""
        line = self.lines[position]
        return bool(_COMMENT.match(line)) and ("-->" in line or (line[0] == "<" and position < self.last_comment_end))

    def _drop_comment(self, position: int) -> int:
        """Drop a comment between paragraphs; whatever follows its end becomes a line of its own."""
        found = -1
        while found < 0:
            found = self.lines[position].find("-->")
            position += 1
        rest = self.lines[position - 1][found + 3 :].strip()
        if rest:
            position -= 1
            self.lines[position] = ZERO_WIDTH_SPACE + rest
        if not self.settled or (
            self.out and not self._paragraph_ends(position) and not is_list_item(self.lines[position])
        ):
            self.out.append("")
            self._begin_paragraph()
        return position

    def _fence(self, position: int) -> Fence | None:
        if len(self.lines) == 1:
            return None
        return read_fence(self.lines, position, settled=self.settled, in_list=self.in_list)

    def _write_fence(self, fence: Fence) -> None:
        if self.html:
            # Right below HTML only some parsers see a fence; below a blank line all do.
            self.out.append("")
        certain = fence.certain or self.html
        self.out += fence.written(code if certain else doubtful)
        self.settled, self.html = certain, False
        if _is_blank(self.out[-1]):
            self._begin_paragraph()

    def _line(self, position: int) -> str:
        line = self.lines[position]
        if _QUOTE_FENCE.fullmatch(line):
            line = re.sub(">(?=>)", "> ", line)
        if _is_blank(line) and not (self.html and line.strip()):
            self._begin_paragraph()
            return line
        # A text of one line is meant to be put into another, where neither HTML nor a fence can begin.
        start = _BLOCK if len(self.lines) == 1 else _PREFORMATTED
        line = start.sub(rf"\1{ZERO_WIDTH_SPACE}", line)
        self._note_list(line)
        self._note_indent(line)
        self._note_html(line)
        settled = self.settled
        if settled and not self.indented:
            written = self._settled_line(line, last=self._paragraph_ends(position + 1))
        else:
            written = doubtful(line)
        self.dollars = self.dollars or "$" in line
        if not DEFINITION.match(line):
            written = _LABEL.sub(rf"\1{ZERO_WIDTH_SPACE}", written)
        if not _LIVE_AT_START.match(written):
            return written
        # In HTML, or in a code span from the line above, a backslash would be seen; Markdown drops a space there.
        return ("\\" if settled else " ") + written

    def _note_indent(self, line: str) -> None:
        begins = self.indented or not self.out or _is_blank(self.out[-1])
        self.indented = _is_deep(line) and begins and not self.in_list and len(self.lines) > 1

    def _note_list(self, line: str) -> None:
        after_blank = not self.out or _is_blank(self.out[-1])
        begins = is_list_item(line) and not _is_deep(line)
        self.in_list = begins or (self.in_list and (line[0] in " \t>" or not after_blank))

    def _note_html(self, line: str) -> None:
        found = _HTML.match(line)
        if found and not HIDING.match(line, found.end()):
            self.settled, self.html = False, True

    def _settled_line(self, line: str, *, last: bool) -> str:
        cut_line = cut(line, last=last, dollars=self.dollars, brackets=self.brackets)
        if any(token.kind is Kind.COMMENT for token in cut_line.tokens):
            rest = (ZERO_WIDTH_SPACE if token.kind is Kind.COMMENT else token.text for token in cut_line.tokens)
            return self._settled_line("".join(rest), last=last)
        self.settled, self.brackets = cut_line.settled, cut_line.brackets
        return "".join(_WRITERS[token.kind](token.text) for token in cut_line.tokens)


def _is_blank(line: str) -> bool:
    return not line.strip("> \t")


def _is_deep(line: str) -> bool:
    return line.startswith(("    ", "\t"))


def _literal(text: str) -> str:
    """Keep what nothing ends from being continued by the text that will follow."""
    match text[0]:
        case "`" | "\\":
            return "&#96;" * text.count("`")
        case "<":
            return f"<{ZERO_WIDTH_SPACE}"
        case "]":
            return "]\\("
        case _:
            return ZERO_WIDTH_SPACE + text


def _target(text: str) -> str:
    parts = TARGET.fullmatch(text) or DEFINITION.fullmatch(text)
    if parts is None:
        return shield(text)
    where = parts["destination"]
    if where.startswith("<http"):
        # Without ``<`` both platforms see an address in it, even if the brackets turn out to be no link.
        where = quote(where[1:-1], safe=URL_CHARACTERS)
    angle = where.startswith("<")
    safe = destination(where[1:-1] if angle else where)
    return show_hidden(shield(parts["open"]) + (f"<{safe}>" if angle else safe) + shield(parts["rest"]))


def _link(text: str) -> str:
    address = text.strip("<>")
    # The character before must not make an image of it, or a second bracket.
    return ZERO_WIDTH_SPACE + inert_link(address) if names_ticket(address) else text


def _text(text: str) -> str:
    return show_hidden(shield(text))


_WRITERS: Mapping[Kind, Callable[[str], str]] = {
    Kind.TEXT: _text,
    Kind.CODE: code,
    Kind.DOUBTFUL: doubtful,
    Kind.OPEN: _literal,
    Kind.TAG: tag,
    Kind.TARGET: _target,
    Kind.AUTOLINK: _link,
    Kind.ADDRESS: _link,
}
"""How each piece of a line is written. Comments are not: they are dropped before."""


def code_span(text: str) -> str:
    """Quote a text as a Markdown code span, whatever backticks it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
