"""What GitHub and GitLab make of a description, written from their rules and from no line of the code under test.

Quick actions: GitLab's ``QuickActions::Extractor``, before 16.x (one pattern over the whole text) and since (lines of
the top-level paragraphs of the parsed Markdown). References: GitHub's ``MentionPattern`` and docs on autolinked
references, GitLab's ``reference_pattern`` of each kind and ``AbstractReferenceFilter``.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

from markdown_it import MarkdownIt
from marko.ext.gfm import gfm

INVISIBLE = "\u200b"
COMMANDS = "close|reopen|assign|label|title|shrug|tableflip|done|due|estimate|spend|confidential|copy_metadata"
_COMMAND = rf"^/(?P<command>(?:{COMMANDS}))(?:[ ][^\n]*)?(?:\s*\n|\Z|$)"
_OLD = re.compile(
    r"^```.+?\n```$"
    r"|^.*`\n*.+?\n*`$"
    r"|^<[^>]+?>\n.+?\n</[^>]+?>$"
    r"|^>>>.+?\n>>>$"
    rf"|{_COMMAND}",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_NEW = re.compile(rf"`.+?`|^<[^>]+?>\n.+?\n</[^>]+?>$|{_COMMAND}", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def quick_actions(description: str) -> set[str]:
    """Return the quick actions that an old or a newer GitLab server would run."""
    return old_quick_actions(description) | new_quick_actions(description)


def old_quick_actions(description: str) -> set[str]:
    text = description.replace("\r", "")
    return {found["command"].lower() for found in _OLD.finditer(text) if found["command"]}


def new_quick_actions(description: str) -> set[str]:
    text = description.replace("\r", "")
    lines = text.splitlines(keepends=True)
    found: set[str] = set()
    for token in _PARSER.parse(text):
        if token.type == "paragraph_open" and token.level == 0 and token.map:
            paragraph = "".join(lines[token.map[0] : token.map[1]])
            found |= {hit["command"].lower() for hit in _NEW.finditer(paragraph) if hit["command"]}
    return found


class Page(HTMLParser):
    """Collects the text that a reference filter looks at, the links, the comments, and the visible text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.looked_at: list[str] = []
        self.links: list[str] = []
        self.visible: list[str] = []
        self.comments: list[str] = []
        self._ignoring: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"pre", "code", "a", "style", "script"}:
            self._ignoring.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._ignoring:
            self._ignoring.remove(tag)

    def handle_data(self, data: str) -> None:
        self.visible.append(data)
        if not self._ignoring:
            self.looked_at.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


_IN_TEXT = re.compile(
    r"""(?<![A-Za-z0-9_])@[\w.]
    | [\#!&$]\d
    | %(?:\w|")
    | ~(?:[A-Za-z0-9]|")(?!(?<=\d)\d*\ [a-z])
    | \^alert\#\d
    | \[(?:vulnerability|issue|work_item|epic|snippet|feature_flag|wiki_page):
    | \*iteration:
    | \b(?:GH|GL)-\d
    | \[\[
    | https?://\S+?/(?:issues|pull|merge_requests|work_items|discussions|epics)/\d
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AS_LINK = re.compile(r"@[\w.]+|(?:[\w./-]+)?[#!&$%~]\d+")
_TICKET = re.compile(r"https?://.*/(?:issues|pull|merge_requests|work_items|discussions|epics)/\d", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"(?:^|(?<=[\s(*_~]))(?:https?://|(?=www\.))[\w-]+(?:\.[\w-]+)+[^\s<]*", re.IGNORECASE)


def pages(markdown: str) -> list[Page]:
    """Render by two parsers that know nothing of each other."""
    return [Page(gfm.convert(markdown)), Page(_PARSER.render(markdown))]


def strict_page(markdown: str) -> Page:
    """Render by the parser that follows CommonMark to the letter; Marko errs on some odd texts."""
    return Page(_PARSER.render(markdown))


def references(markdown: str) -> list[str]:
    """Return every reference that fires."""
    return [reference for page in pages(markdown) for reference in fired(page)]


def fired(page: Page) -> list[str]:
    found: list[str] = []
    for text in page.looked_at:
        found += _IN_TEXT.findall(_BARE_ADDRESS.sub(_keep_ticket, text))
    for link in map(unquote, page.links):
        found += [link] if _AS_LINK.fullmatch(link) or _TICKET.match(link) else []
    return found


def _keep_ticket(address: re.Match[str]) -> str:
    """Both platforms link a bare address, and look for a reference in it only as a whole."""
    return address[0] if _TICKET.match(address[0]) else ""


def comments(markdown: str) -> list[str]:
    return [comment for page in pages(markdown) for comment in page.comments]


def visible_words(markdown: str) -> list[str]:
    """Return the words that a reader of the rendered text sees."""
    return "".join(Page(gfm.convert(markdown)).visible).replace(INVISIBLE, "").split()
