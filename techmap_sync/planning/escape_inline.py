"""One line of Markdown, cut where code, tags, comments, link targets and addresses begin.

Whatever begins first on the line wins (CommonMark 0.31 sections 6.1, 6.5, 6.6). A line is read alone; when something
in it may go on in the next line, it is not ``settled``, and nothing below may be believed to be code until the
paragraph ends.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple
from urllib.parse import quote, unquote

from techmap_sync.patterns import lazy

_STOP = lazy(r"\\[!-/:-@\[-`{-~]|`+|<(?![\s<>])|\]\(|[\[\]]|(?<=[A-Za-z0-9])://|www\.")
# Without backticks, so that code cannot begin within.
_ESCAPED = r"\\[!-/:-@\[-_{-~]|\\(?![!-/:-@\[-`{-~])"
_DESTINATION = rf"<[^<>`\\]*+>|(?:[^\s()<>`\\]|{_ESCAPED}|\([^\s()<>`\\]*+\))*+"
_TITLE = rf"""(?:[ \t]+(?:"(?:[^"`\\]|{_ESCAPED})*+"|'(?:[^'`\\]|{_ESCAPED})*+'|\([^()`\\]*+\)))?+"""
TARGET = lazy(rf"(?P<open>\]\([ \t]*+)(?P<destination>{_DESTINATION})(?P<rest>{_TITLE}[ \t]*+\))")
DEFINITION = lazy(
    r"(?P<open>[\s>*+\d.)-]*+\[(?:[^\[\]\\`]|\\.)++\]:[ \t]*+)"
    rf"(?P<destination>{_DESTINATION})(?P<rest>{_TITLE}[ \t]*+$)"
)
_ATTRIBUTE = r"""\s++[A-Za-z_:][\w.:-]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?+"""
TAG = lazy(rf"<(?:[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+\s*+/?|/[A-Za-z][A-Za-z0-9-]*+\s*+)>")
_TAG_GOES_ON = lazy(
    rf"""</?[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE.replace("`", "")}(?!\s*+=))*+"""
    r"""(?:\s++[A-Za-z_:][\w.:-]*+\s*+=\s*+(?:"[^"]*+|'[^']*+)?+)?+\s*+/?$"""
)
# Elements that hide what follows them, up to the end of the ticket: those that GitHub's tag filter disallows (GFM 6.11)
# and that GitLab's sanitizer removes with their text; and declarations and instructions.
HIDING = lazy(
    r"<(?=[!?]|/?(?:script|style|textarea|title|iframe|noembed|noframes|noscript|xmp|plaintext|template)\b)", re.I
)
_DOMAIN_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_AUTOLINK = lazy(
    r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+"
    rf"|[\w.!#$%&'*+/=?^`{{|}}~-]++@{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*)>",
    re.ASCII,
)
# GFM 6.9: after a space or one of ``*_~(``, a domain with a period; cmark-gfm sees none within open brackets. The
# characters are fewer than a platform takes, so that nothing is believed to be part of an address that may be text:
# without autolinks an underscore in an address can begin emphasis, and a reference can follow it.
ADDRESS = lazy(
    r"(?:[A-Za-z0-9-]++\.)++[A-Za-z0-9-]++(?::\d++)?+(?:[/?#](?:[\w/.?=+:,-]|(?<!_)[@#!$%]|(?<!_)~(?!~)|(?<!_)&(?![#\w]*;))*+)?+",
    re.A,
)
_NO_SCHEME = lazy(r"^|(?<=[\s(*_~])")
_SCHEME = lazy(rf"(?:{_NO_SCHEME.pattern})https?$", re.I)
_WORD = lazy(r"\S*+")
_BAR = lazy(r"(?<!\\)\|")
_TRAILING = "?!.,:_~"
_LINE_END = lazy("\r\n?")
_SPACE_LIKE = lazy("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Controls, half characters, the byte order mark, and what reverses the direction of text (Trojan Source,
# CVE-2021-42574). The marks U+200E, U+200F and U+061C, which only help Hebrew and Arabic along, stay.
_HARMFUL = lazy("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u206f\ufeff\ud800-\udfff]")


class Kind(Enum):
    """What a piece of a line is."""

    TEXT = auto()
    CODE = auto()
    DOUBTFUL = auto()
    """Code to some readers and text to others."""
    OPEN = auto()
    """Begins something that nothing ends: backticks, a tag, a link target, an address with a backtick in it; or an
    escaped backtick, of which not all parsers know that it begins nothing."""
    TAG = auto()
    COMMENT = auto()
    AUTOLINK = auto()
    TARGET = auto()
    """``](destination "title")`` or ``[label]: destination``."""
    ADDRESS = auto()
    """A bare address that both platforms make a link of."""


class Token(NamedTuple):
    """One piece of a line."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Line:
    """A line being cut."""

    text: str
    last: bool
    """No line of the same paragraph follows."""
    brackets: int = 0
    """How many brackets are open."""
    tokens: list[Token] = field(default_factory=list)
    settled: bool = True
    _cut: int = 0
    _runs: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _word_end: int = 0
    _word_backtick: int = -1
    _comments_end: bool = True

    def add(self, kind: Kind, start: int, end: int) -> int:
        """Add what was passed as text, then the token; return where to go on."""
        if self._cut < start:
            self.tokens.append(Token(Kind.TEXT, self.text[self._cut : start]))
        if start < end:
            self.tokens.append(Token(kind, self.text[start:end]))
        self._cut = end
        return end

    def leave_open(self, start: int, end: int) -> int:
        """Add what begins here and may go on below."""
        if self.last:
            return self.add(Kind.OPEN, start, end)
        self.settled = False
        return self.add(Kind.DOUBTFUL, start, len(self.text))

    def comment_end(self, start: int) -> int | None:
        """Find the end of the comment that begins here; once there is none, none is looked for again."""
        if self._comments_end:
            self._comments_end = self.text.find("-->", start + 2) >= 0
        return self.text.find("-->", start + 2) + 3 if self._comments_end else None

    def word_has_backtick(self, start: int) -> bool:
        """Say whether there is a backtick before the next space; each word is looked at once."""
        if start >= self._word_end and (word := _WORD.match(self.text, start)):
            self._word_end = word.end()
            self._word_backtick = self.text.rfind("`", start, word.end())
        return self._word_backtick >= start

    def closing(self, length: int, after: int) -> int | None:
        """Find the next run of exactly so many backticks."""
        if not self._runs:
            for match in re.finditer("`+", self.text):
                self._runs[len(match[0])].append(match.start())
        starts = self._runs.get(length, [])
        index = bisect_left(starts, after)
        return starts[index] if index < len(starts) else None


def cut(text: str, *, last: bool = True, dollars: bool = False, brackets: int = 0) -> Line:
    """Cut a line into tokens; joined they are the line again.

    ``last`` says that the paragraph ends here, ``dollars`` that there is a ``$`` above in the paragraph (with it, maths
    may begin on both platforms), and ``brackets`` how many brackets are open from above.
    """
    line, position = Line(text, last, brackets), 0
    if definition := DEFINITION.match(text):
        position = line.add(Kind.TARGET, 0, definition.end())
    while stop := _STOP.search(text, position):
        match stop[0][0]:
            case "`":
                position = _code(line, stop, dollars=dollars)
            case "<":
                position = _angle(line, stop.start())
            case "[":
                line.brackets += 1
                position = stop.end()
            case "]":
                line.brackets = max(0, line.brackets - 1)
                position = _target(line, stop) if len(stop[0]) > 1 else stop.end()
            case ":" | "w":
                position = _address(line, stop)
            case _ if stop[0] == "\\`":
                position = line.add(Kind.OPEN, stop.start(), stop.end())
            case _:
                position = stop.end()
    line.add(Kind.TEXT, len(text), len(text))
    return line


def _code(line: Line, opening: re.Match[str], *, dollars: bool) -> int:
    start, length = opening.start(), len(opening[0])
    closing = line.closing(length, opening.end())
    if closing is None:
        return line.leave_open(start, opening.end())
    code = line.text[start : closing + length]
    # A bar may end a table cell, and a dollar sign a formula that begins before the code.
    in_formula = "$" in code and (dollars or line.text.find("$", 0, start) >= 0)
    kind = Kind.DOUBTFUL if in_formula or _BAR.search(code) else Kind.CODE
    return line.add(kind, start, closing + length)


def _angle(line: Line, start: int) -> int:
    if line.text.startswith("<!--", start):
        end = line.comment_end(start)
        return line.add(Kind.COMMENT, start, end) if end else start + 4
    if HIDING.match(line.text, start):
        return start + 1
    if tag := TAG.match(line.text, start):
        return line.add(Kind.TAG, start, tag.end())
    if autolink := _AUTOLINK.match(line.text, start):
        return line.add(Kind.AUTOLINK, start, autolink.end())
    return line.leave_open(start, start + 1) if _TAG_GOES_ON.match(line.text, start) else start + 1


def _target(line: Line, stop: re.Match[str]) -> int:
    # A target that is odd, or goes on below, takes precedence over code that begins within it.
    target = TARGET.match(line.text, stop.start())
    kind, end = (Kind.TARGET, target.end()) if target else (Kind.OPEN, stop.end())
    return line.add(kind, stop.start(), end)


def _address(line: Line, stop: re.Match[str]) -> int:
    if line.word_has_backtick(stop.start()):
        return line.add(Kind.OPEN, stop.start() + stop[0].count("w"), stop.end())
    bare = stop[0] == "www."
    begin = stop.start() if bare else max(0, stop.start() - 5)
    scheme = (_NO_SCHEME if bare else _SCHEME).search(line.text, begin, stop.start())
    # The scheme comes first: after it nothing is looked at twice.
    address = scheme and ADDRESS.match(line.text, stop.start() if bare else stop.end())
    if not scheme or not address or line.brackets:
        return stop.end()
    end = scheme.start() + len(line.text[scheme.start() : address.end()].rstrip(_TRAILING))
    return line.add(Kind.ADDRESS, scheme.start(), end)


ZERO_WIDTH_SPACE = "\u200b"

# A digit may be written as an entity.
_NUMBER = r"(?=\d|&\#0*(?:4[89]|5[0-7]|[xX]0*3\d);)"
_KINDS = (
    "issues|incidents?|pulls?|discussions|merge_requests|work_items|epics|milestones|iterations|snippets"
    "|alert_management|vulnerabilities"
)
_NUMBER_IN_ADDRESS = lazy(rf"(/(?:{_KINDS})/)(?=\d|%3\d)", re.IGNORECASE)
_REFERENCE = lazy(
    rf"""
      \\\\ | \\&(?!\d)                   # escaped: no escape, and no entity, begins with the second character
    | &(?:\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});
    | (?<![A-Za-z0-9]) @ (?=[\w.&]|\\[_.]|\Z)  # a person, a team, a group; no mail address
    | [\#!$&] {_NUMBER}                    # issue, merge request, snippet, epic
    | & (?=\#[xX][0-9a-fA-F])              # an entity that only HTML blocks know: without a semicolon
    | % (?=[\w"{{]|&quot|\\")              # milestone; placeholder
    | ~ (?=[A-Za-z0-9"]|\\") (?!\d++\ [a-z])  # label; none that is seen in "~12 days" notifies anybody
    | \[ (?=\\?\[ | (?!https?:)[A-Za-z_]+:)  # [[_TOC_]], [vulnerability:1]
    | \* (?=iteration:)
    | \b (?i:GH|GL) \\? - {_NUMBER}
    | (?i:\bhttps?) (?=\\:|:\\|:/\\)       # an address after backslashes
    | (?i:/(?:{_KINDS})/) (?=\d|%3\d)
    """,
    re.VERBOSE,
)
_LINK_ATTRIBUTE = lazy(r"""(\s(?:href|src)\s*+=\s*+)("[^"]*"|'[^']*'|[^\s"'>]++)""", re.I)
_MARKER_COMMENT = lazy(r"<(?=!--.*techmap-sync)", re.IGNORECASE)
_ESCAPE = lazy(r"\\([!-/:-@\[-`{-~])")
URL_CHARACTERS = "/:?#@!$&'*+,;=%~"


def shield(text: str) -> str:
    """Return text whose references are put out, with nothing else changed."""
    return _REFERENCE.sub(_put_out, text)


def _put_out(match: re.Match[str]) -> str:
    found = match[0]
    following = match.string[match.end() : match.end() + 1]
    is_entity = found[0] == "&" and found[-1] == ";"
    harmless = found[0] == "\\" or (is_entity and not _spells_reference(found, following))
    return found if harmless else found + ZERO_WIDTH_SPACE


def _spells_reference(entity: str, following: str) -> bool:
    """Say whether an entity encodes a character that a reference may be made of."""
    character = html.unescape(entity)
    if character == "&":
        return following.isdigit()
    is_sign = len(character) == 1 and "!" <= character <= "~" and character not in "<>\"'`"
    return is_sign and following != ZERO_WIDTH_SPACE


def neutralize_title(text: str) -> str:
    """Return the title of a ticket: one line, the same words, no reference.

    GitHub reads no references in titles (isaacs/github#568); GitLab does, without Markdown, so that even code does not
    protect them (``Issuable``: ``attr_mentionable :title, pipeline: :single_line``).
    """
    title = shield(" ".join(without_controls(text).split()))
    return ZERO_WIDTH_SPACE + title if title.startswith("/") else title


def without_controls(text: str) -> str:
    """Return a text with plain line ends, and without the characters that are no part of any text."""
    return _HARMFUL.sub("", _SPACE_LIKE.sub(" ", _LINE_END.sub("\n", text)))


def show_hidden(text: str) -> str:
    """Return text in which nothing hides what follows: comments, declarations, scripts and their like are spelled."""
    return HIDING.sub(f"<{ZERO_WIDTH_SPACE}", text)


def code(text: str) -> str:
    """Return code as it is; only a marker of this program that is quoted there must not be taken for one."""
    return _MARKER_COMMENT.sub(f"<{ZERO_WIDTH_SPACE}", text) if "techmap-sync" in text.casefold() else text


def doubtful(text: str) -> str:
    """Put out the references in what is code to some readers and text or HTML to others."""
    pieces, last = [], 0
    for found in TAG.finditer(text):
        pieces += [shield(text[last : found.start()]), tag(found[0])]
        last = found.end()
    return show_hidden("".join((*pieces, shield(text[last:]))))


def tag(text: str) -> str:
    """Put out the references in the links of an HTML tag."""
    return _LINK_ATTRIBUTE.sub(_link_attribute, text)


def _link_attribute(match: re.Match[str]) -> str:
    mark = match[2][0] if match[2][0] in "\"'" else ""
    return f"{match[1]}{mark}{destination(match[2].strip(mark))}{mark}"


def destination(text: str) -> str:
    """Put out the reference that a link's destination makes.

    GitLab follows each ``href`` that is a reference or the address of a ticket, however it is escaped
    (``AbstractReferenceFilter#call``); GitHub follows addresses.
    """
    plain = unquote(_ESCAPE.sub(r"\1", html.unescape(text)))
    if not re.match(r"https?://", plain, re.I):
        safe = shield(text)
        hidden = safe == text and shield(plain) != plain and not text.startswith(ZERO_WIDTH_SPACE)
        return ZERO_WIDTH_SPACE + safe if hidden else safe
    if _NUMBER_IN_ADDRESS.search(plain):
        text = detour(text if _NUMBER_IN_ADDRESS.search(text) else quote(plain, safe=URL_CHARACTERS))
    # Where the brackets turn out to be no link, both platforms still make a link of a plain address.
    address = ADDRESS.match(text, text.find("//") + 2)
    end = address.end() if address else 0
    return text[:end] + shield(text[end:])


def names_ticket(address: str) -> bool:
    """Say whether this is the address of a ticket, a merge request or the like, on any host."""
    plain = unquote(address)
    return re.match(r"https?://|www\.", plain, re.I) is not None and _NUMBER_IN_ADDRESS.search(plain) is not None


def detour(address: str) -> str:
    """Return an address that leads to the same page and is not a reference.

    github.com documents ``redirect.github.com`` for that ("Avoiding backlinks to linked references"). Elsewhere, and
    besides, ``/./`` before the number: every client removes it (RFC 3986 5.2.4), and no server's pattern knows it.
    """
    address = re.sub(r"^(?:https?://)?(?:www\.)?github\.com(?=/)", "https://redirect.github.com", address, flags=re.I)
    if not re.match(r"https?:", address, re.I):
        address = "https://" + address
    return _NUMBER_IN_ADDRESS.sub(r"\1./", address)


def _spelled(address: str) -> str:
    """Return an address as visible text that nothing makes a link of."""
    broken = re.sub(r"(?<=:)(?=//)|(?<=^www)(?=\.)", ZERO_WIDTH_SPACE, address, count=1, flags=re.I)
    return re.sub(r"([\\*_\[\]<>])", r"\\\1", shield(broken)).replace("`", "&#96;")


def inert_link(address: str) -> str:
    """Return a link that shows the address of a ticket and leads there without being a reference to it."""
    target = quote(detour(address), safe=URL_CHARACTERS.replace("*", ""))
    return f"[{_spelled(address)}]({destination(target)})"
