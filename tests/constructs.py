"""Texts of any length made of one construct: of Markdown, of the trackers, of Unicode, and of our own grammar."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, takewhile
from typing import NamedTuple

Filler = Callable[[int], str]
"""Makes a text of about so many bytes."""

TITLE = "# TECHNICAL MAP: T\n\n"
UNIT = f"{TITLE}## Testing\n\n### Unit Tests\n"
BULLET = f"{UNIT}- "
LISTED = f"{TITLE}## Components Overview\n\n### New Components\n"
SPEC = f"{TITLE}## Detailed Component Specifications\n\n### Alpha\n"
PURPOSE = f"{SPEC}**Purpose**: "
METHODS = f"{SPEC}**Key Methods**:\n"
DEPENDS = f"{SPEC}**Depends on**:"
TABLE = f"{UNIT}| A | B |\n|---|---|\n"
CHANGES = f"{TITLE}## Database Changes\n"
SCENARIO = f"{TITLE}## Error Handling\n\n### Error Scenarios\n- "
SIGNED = "\n\n---\n\n**Status**: TECHNICAL MAP\n**Implementation Ready**: Yes\n"


class Construct(NamedTuple):
    """One construct, repeated within a map."""

    before: str
    filler: Filler
    after: str = SIGNED

    def text(self, size: int) -> str:
        """Return a map with about so many bytes of it."""
        return f"{self.before}{self.filler(size)}{self.after}"


def again(unit: str) -> Filler:
    """Repeat the same."""
    return lambda size: unit * max(1, size // len(unit.encode()))


def numbered(unit: str) -> Filler:
    """Repeat something with a running number ``{i}``, and a larger one ``{later}`` that comes further below."""

    def fill(size: int) -> str:
        pieces: list[str] = []
        for number in count():
            pieces.append(unit.format(i=number, later=number + 1))
            size -= len(pieces[-1].encode())
            if size <= 0:
                return "".join(pieces)
        raise AssertionError

    return fill


def growing(unit: str, between: str = " ") -> Filler:
    """Repeat one, then two, then three together, and so on: no two runs are alike."""

    def fill(size: int) -> str:
        fits = takewhile(lambda length: length * (length * len(unit) / 2 + len(between)) < size, count(1))
        return between.join(unit * length for length in fits)

    return fill


def shrinking(unit: str, between: str = " ") -> Filler:
    """Repeat many together, then one less, and so on."""
    grow = growing(unit, "\0")
    return lambda size: between.join(reversed(grow(size).split("\0")))


def nested(opening: str, closing: str = "") -> Filler:
    """Open all of them, then close all of them."""

    def fill(size: int) -> str:
        depth = size // len((opening + closing).encode())
        return opening * depth + closing * depth

    return fill


BLOCKS = {
    "paragraphs": Construct(SPEC, again("words and words\n\n")),
    "one paragraph of many lines": Construct(SPEC, again("words and words\n")),
    "one line of words": Construct(SPEC, again("word ")),
    "one word": Construct(SPEC, again("a")),
    "no line end at all": Construct("# TECHNICAL MAP: ", again("Word "), ""),
    "headings": Construct(SPEC, numbered("### C{i}\n")),
    "deep headings": Construct(SPEC, numbered("###### C{i}\n")),
    "growing headings": Construct(SPEC, growing("#", " a\n")),
    "underlined headings": Construct(SPEC, again("a\n===\n")),
    "one long heading": Construct(f"{TITLE}## ", again("1. a ")),
    "thematic breaks": Construct(SPEC, again("---\n\n")),
    "nested quotes": Construct(SPEC, again("> > > a\n")),
    "quotes as deep as they are read": Construct(SPEC, again("> " * 12 + "a\n")),
    "quotes deeper than they are read": Construct(SPEC, nested("> ")),
    "quotes that go on lazily": Construct(SPEC, again("> a\nb\n")),
    "callouts": Construct(SPEC, again("> [!NOTE]\n> a\n\n")),
    "nested bullets": Construct(UNIT, again("- a\n  - b\n    - c\n")),
    "growing indentation": Construct(SPEC, growing(" ", "- a\n")),
    "numbered items": Construct(UNIT, numbered("{i}. a{i}\n")),
    "lists within lists on one line": Construct(SPEC, nested("- ")),
    "quotes in bullets": Construct(UNIT, again("- > a\n  > b\n")),
    "fences": Construct(SPEC, again("```\na\n```\n")),
    "growing fences": Construct(SPEC, growing("`", "\n")),
    "growing tilde fences": Construct(SPEC, growing("~", "\n")),
    "fences in fences": Construct(SPEC, again("````\n```\na\n```\n````\n")),
    "fences in quotes": Construct(SPEC, again("> ```\n> a\n> ```\n")),
    "fences in bullets": Construct(UNIT, again("- a\n  ```\n  b\n  ```\n")),
    "fences that never close": Construct(SPEC, again("```\n\n")),
    "one long fence": Construct(f"{SPEC}```python\n", again("def a(): pass\n")),
    "indented code": Construct(SPEC, again("a\n\n    b\n\n")),
    "long tables": Construct(TABLE, again("| a | b |\n")),
    "wide tables": Construct(f"{UNIT}|", again(" a |")),
    "many tables": Construct(UNIT, again("| A | B |\n|---|---|\n| a | b |\n\n")),
    "a long cell": Construct(f"{TABLE}| ", again("`a` \\| ")),
    "HTML blocks": Construct(SPEC, again("<div>\na\n</div>\n\n")),
    "comments on lines": Construct(SPEC, again("<!-- x -->\n\n")),
    "link definitions": Construct(SPEC, numbered("[a{i}]: b{i}\n")),
    "link definitions with their images": Construct(SPEC, numbered("[a{i}]: b{i}\n\n![a{i}]\n\n")),
    "front matter": Construct("---\n", again("a: b\n")),
    "front matter in brackets": Construct("---\na: ", nested("[", "]")),
    "footers": Construct(SPEC, again("---\n\n**Status**: TECHNICAL MAP\n")),
    "CRLF": Construct(UNIT, again("- a\r\n")),
    "CR": Construct(UNIT, again("- a\r")),
    "NEL": Construct(BULLET, again("a\x85")),
}

INLINES = {
    "code spans": Construct(SPEC, again("`a` ")),
    "code spans over lines": Construct(SPEC, again("`a\nb` ")),
    "code spans that never close": Construct(SPEC, again("a `b\n\n")),
    "growing backticks": Construct(SPEC, growing("`")),
    "growing backticks in a bullet": Construct(BULLET, growing("`")),
    "growing backticks in a purpose": Construct(PURPOSE, growing("`")),
    "growing backticks in a change": Construct(f"{CHANGES}- ", growing("`")),
    "growing backticks in a requirement": Construct(SCENARIO, growing("`")),
    "shrinking backticks": Construct(BULLET, shrinking("`")),
    "formulas in code": Construct(SPEC, again("`$` ")),
    "formulas": Construct(SPEC, again("$a$ $$b$$ ")),
    "growing dollars": Construct(SPEC, growing("$")),
    "emphasis": Construct(SPEC, again("*a* ")),
    "emphasis that never closes": Construct(SPEC, again("*a _b ")),
    "nested emphasis": Construct(SPEC, nested("*a ", " b*")),
    "growing stars": Construct(BULLET, growing("*")),
    "growing underscores": Construct(BULLET, growing("_", " a")),
    "strikethrough": Construct(SPEC, again("~~a~~ ")),
    "growing tildes": Construct(BULLET, growing("~", " a ")),
    "links": Construct(SPEC, again("[a](b) ")),
    "links that never close": Construct(SPEC, again("[a](")),
    "images": Construct(SPEC, again("![a](b) ")),
    "reference links": Construct(SPEC, numbered("[a{i}][b{i}] ")),
    "brackets": Construct(SPEC, again("[]")),
    "nested brackets": Construct(SPEC, nested("[", "]")),
    "growing brackets": Construct(BULLET, growing("[")),
    "growing parentheses": Construct(BULLET, growing("(")),
    "growing angle brackets": Construct(SPEC, growing("<")),
    "growing backslashes": Construct(SPEC, growing("\\", " `a`")),
    "HTML tags": Construct(SPEC, again("<b>a</b> ")),
    "HTML attributes that never end": Construct(SPEC, again('<a b="c" ')),
    "comments": Construct(SPEC, again("<!-- x --> ")),
    "comments that never end": Construct(SPEC, again("<!-- ")),
    "comments in code": Construct(SPEC, again("`<!-- x -->` ")),
    "entities": Construct(SPEC, again("&#64;&amp; ")),
    "entities that never end": Construct(SPEC, again("&#")),
    "addresses": Construct(SPEC, again("https://a.example/b?c=d ")),
    "one long address": Construct(f"{SPEC}https://", again("a.")),
    "mail addresses": Construct(SPEC, again("a.b@c.example ")),
    "hard breaks": Construct(SPEC, again("a  \n")),
    "spaces": Construct(f"{BULLET}a", again(" ")),
}

TRACKERS = {
    "mentions of people": Construct(SPEC, again("@a @b/c ")),
    "references to tickets": Construct(SPEC, again("#1 !2 $3 &4 %5 GH-6 ")),
    "labels of GitLab": Construct(SPEC, again('~a ~"b c" ')),
    "addresses of tickets": Construct(SPEC, numbered("https://github.com/a/b/issues/{i} ")),
    "quick actions": Construct(SPEC, again("/close\n")),
    "markers": Construct(SPEC, again("<!-- techmap-sync x --> ")),
    "markers in code": Construct(SPEC, again("`<!-- techmap-sync x -->` ")),
    "quotation fences of GitLab": Construct(SPEC, again(">>>\na\n>>>\n")),
}

LETTERS = {
    "emoji": Construct(f"{SPEC}### ", again("✅ ")),
    "flags": Construct(BULLET, again("🇫🇷")),
    "flags in a name": Construct(LISTED + "- ", again("🇫🇷")),
    "joined emoji": Construct(BULLET, again("👩\u200d")),
    "combining marks": Construct(f"{BULLET}a", again("\u0301\u0323")),
    "combining marks in a heading": Construct(f"{SPEC}### a", again("\u0301\u0323")),
    "decomposed letters": Construct(UNIT, again("- e\u0301te\u0301\n")),
    "direction marks": Construct(BULLET, again("a\u202eb\u202c\u200f")),
    "no-break spaces": Construct(UNIT, again("-\u00a0a\n")),
    "wide spaces": Construct(f"{UNIT}-", again("\u3000")),
    "Chinese": Construct(UNIT, again("- 队列必须保持任务的先后顺序\n")),
    "Chinese in one line": Construct(BULLET, again("队列，")),
    "Hangul letters": Construct(BULLET, again("\u1112\u1161\u11ab")),
}

GRAMMAR = {
    "components": Construct(LISTED, numbered("- Name{i} - does this\n")),
    "components by a comma": Construct(LISTED, numbered("- Name{i}, does this\n")),
    "components of one first word": Construct(LISTED, numbered("- Gate Part{i} - asks the Gate for a part\n")),
    "components of nearly one name": Construct(LISTED, numbered("- TokenStore{i}x\n")),
    "components of one name": Construct(LISTED, again("- Name - does this\n")),
    "lists of names": Construct(LISTED, again("- A, B and C\n")),
    "specifications": Construct(SPEC, numbered("### Part{i}\n**Purpose**: keeps Part{later}\n")),
    "dashes": Construct(f"{LISTED}- a", again(" - b")),
    "colons": Construct(f"{LISTED}- a", again(": b")),
    "commas": Construct(f"{LISTED}- a", again(", b")),
    "parentheses": Construct(f"{LISTED}- ", again("(a) ")),
    "dependencies in one field": Construct(f"{DEPENDS} ", numbered("Name{i}, ")),
    "dependencies as bullets": Construct(f"{DEPENDS}\n", numbered("- Redis{i} - a, b\n")),
    "a chain of dependencies": Construct(SPEC, numbered("### Part{i}\n**Depends on**: Part{later}\n")),
    "methods": Construct(METHODS, numbered("- `m{i}(a)`: does `x`\n")),
    "one long signature": Construct(f"{METHODS}- `", again("a(b, ")),
    "code with braces": Construct(f"{METHODS}```c\n", again("int a(int b) {{ return 1; }}\n")),
    "locations": Construct(f"{SPEC}**Location**: ", again("`a/b.py`, ")),
    "one long path": Construct(f"{SPEC}**Location**: ", again("a/")),
    "mentions of a component": Construct(SPEC, again("Alpha ")),
    "labels": Construct(SPEC, numbered("**L{i}**: a\n")),
    "labels on one line": Construct(SPEC, again("**a**: b | ")),
    "groups of tests": Construct(UNIT, numbered("#### C{i}\n- a{i}\n")),
    "tests": Construct(UNIT, numbered("- case {i} holds\n")),
    "tests of one name": Construct(UNIT, again("- case holds\n")),
    "boxes": Construct(UNIT, numbered("- [ ] {i}. a{i}\n")),
    "steps": Construct(UNIT, numbered("- Step {i}: a{i}\n")),
    "blank lines of SQL": Construct(f"{CHANGES}- Add a table\n\n  ```sql\n", again("  \n"), f"  ```{SIGNED}"),
    "changes": Construct(CHANGES, numbered("- Add the table `t{i}`\n")),
    "sentences": Construct(UNIT, again("E.g. a. B. ")),
    "nothing to do": Construct(UNIT, again("- None\n")),
    "no to everything": Construct(BULLET, again("no a ")),
    "placeholders": Construct(UNIT, again("- [Name]\n")),
    "identities": Construct(UNIT, numbered("- a{i} <!-- id: x{i} -->\n")),
    "earlier names": Construct(UNIT, numbered("- a{i} <!-- was: x{i} -->\n")),
    "ignored rules": Construct(UNIT, again("- a <!-- techmap-sync: ignore title-too-long -->\n")),
}

CONSTRUCTS = {**BLOCKS, **INLINES, **TRACKERS, **LETTERS, **GRAMMAR}
