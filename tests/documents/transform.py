"""Other ways to write the same map: what a second author might have done."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random

from tests.documents.shipped import ROOT

TABLES = ("sections", "changes", "tests", "deployment", "fields")
UNSPOKEN = ("context", "ignored", "status")
"""Sections whose words do not mean the same as each other, and a label that the footer of a map has too."""
SPELLED = {
    "Unit Tests": ("Unit Test(s)", "Unit tests:"),
    "Integration Tests": ("integration tests",),
    "Testing Strategy": ("TESTING STRATEGY",),
    "Detailed Component Specifications": ("Components",),
    "Rollback Plan": ("Rollback Plan (optional)",),
}
"""Other ways to write a heading of the template than those that the vocabulary has."""


def synonyms() -> dict[str, tuple[str, ...]]:
    """Return by the template's word for a heading or label all words of the vocabulary that mean the same.

    A word that several sections have, such as "Configuration", means nothing without the heading above it.
    """
    english = tomllib.loads((ROOT / "config" / "defaults.toml").read_text("utf-8"))["vocabulary"]["en"]
    words = [tuple(each) for table in TABLES for name, each in english[table].items() if name not in UNSPOKEN]
    count = Counter(word for each in words for word in each)
    return {
        first: (first, *(word for word in others if count[word] == 1), *SPELLED.get(first, ()))
        for first, *others in words
    }


SYNONYMS = synonyms()
TABLED = ("unit", "integration tests", "end-to-end", "e2e", "performance test", "configuration updates", "migration")
TABLE_HEADS = (("| Case |", "|---|"), ("| # | Case |", "|---|---|"), ("| ID | Case | Why |", "|---|---|---|"))
HEADING = re.compile(r"(#{1,6}) +(.*)")
LABEL = re.compile(r"^(\s*(?:[-*] )?)\*\*([^*:：]+)(?:\*\*:|:\*\*)(?=\s|$)")
BULLET = re.compile(r"- (?!\[[ xX]\])([^|~]+)$")
CODE = re.compile(r"\A---\n.*?\n---\n|^[ >]*(?P<fence>`{3,}).*?^[ >]*(?P=fence)$|<!--.*?-->", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^( *)```(?!`)(.*)\n((?:.*\n)*?) *```$", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)*[.)]? ")

Lines = list[str]
Transformation = Callable[[Lines, Random], Lines]


def other_words(lines: Lines, random: Random) -> Lines:
    """Use synonyms of headings and labels."""
    chosen = {word: random.choice(words) for word, words in SYNONYMS.items()}
    return [_with_other_words(line, chosen) for line in lines]


def _with_other_words(line: str, chosen: dict[str, str]) -> str:
    if heading := HEADING.fullmatch(line):
        number = NUMBER.match(heading[2])
        words = heading[2][number.end() :] if number else heading[2]
        return f"{heading[1]} {number[0] if number else ''}{chosen.get(words, words)}"
    if (label := LABEL.match(line)) and label[2] in chosen:
        return line.replace(label[2], chosen[label[2]].removesuffix(":"), 1)
    return line


def deeper_headings(lines: Lines, random: Random) -> Lines:
    """Move all headings below the title one level down."""
    return [f"#{line}" if HEADING.fullmatch(line) and not _is_title(line) else line for line in lines]


def numbered_headings(lines: Lines, random: Random) -> Lines:
    """Number the headings of the sections and sub-sections."""
    shape = random.choice(["{}. ", "{}) ", "{}.1 ", "({}) "])
    return [_with_lead(line, shape.format(number)) for number, line in enumerate(lines, 1)]


def emoji_in_headings(lines: Lines, random: Random) -> Lines:
    return [_with_lead(line, random.choice(["🚀 ", "📋 ", "⚙️ ", "", "→ "])) for line in lines]


def ticks_behind_headings(lines: Lines, random: Random) -> Lines:
    return [f"{line} ✅" if HEADING.fullmatch(line) and not _is_title(line) else line for line in lines]


def bold_headings(lines: Lines, random: Random) -> Lines:
    return [_as_bold(line) for line in lines]


def colons_moved(lines: Lines, random: Random) -> Lines:
    """Write the colon of every label inside the bold text, or behind it."""
    shape = random.choice([r"\1**\2**:", r"\1**\2:**", r"\1**\2**："])
    return [LABEL.sub(shape, line) for line in lines]


def other_bullets(lines: Lines, random: Random) -> Lines:
    mark = random.choice("*+")
    return [re.sub(r"^( *)- ", rf"\1{mark} ", line) for line in lines]


def bullets_to_tables(lines: Lines, random: Random) -> Lines:
    """Write sub-sections that hold nothing but plain bullets as tables."""
    head = random.choice(
        [("| Case |", "|---|"), ("| # | Case |", "|---|---|"), ("| ID | Case | Why |", "|---|---|---|")]
    )
    return [line for section in _sections(lines) for line in _as_table(section, head)]


def tables_to_bullets(lines: Lines, random: Random) -> Lines:
    """Write tables of items as bullets of their titles."""
    return [line for section in _sections(lines) for line in _as_bullets(section)]


def windows_line_ends(lines: Lines, random: Random) -> Lines:
    return [f"{line}\r" for line in lines]


def decomposed(lines: Lines, random: Random) -> Lines:
    """Write letters and their accents as signs of their own, as some file systems and editors do."""
    return [unicodedata.normalize("NFD", line) for line in lines]


def numbered_items(lines: Lines, random: Random) -> Lines:
    """Put a number in front of the text of every plain bullet of a sub-section of items, as after an insertion."""
    shape, first = random.choice(["{}. ", "{}) ", "({}) "]), random.randint(1, 9)
    return [line for section in _sections(lines) for line in _with_numbers(section, shape, first)]


def items_in_quotes(lines: Lines, random: Random) -> Lines:
    """Put what a sub-section of items holds into a quote."""
    sign = random.choice(["> ", ">"])
    return [line for section in _sections(lines) for line in _as_quote(section, sign)]


def nested_fences(lines: Lines, random: Random) -> Lines:
    """Fence code with four backticks, and put other fenced text into it, which decides nothing there."""
    text = "\n".join(lines)
    other = "```text\n## TECHNICAL MAP: Other\n**Implementation Ready**: No\n```\n"
    return FENCE.sub(lambda found: _nested(found, other), text).split("\n")


def _nested(found: re.Match[str], other: str) -> str:
    indent, language, code = found.groups()
    inner = "".join(f"{indent}{line}\n" for line in other.splitlines())
    return f"{indent}````{language}\n{code}{inner}{indent}````"


def sections_in_quotes(lines: Lines, random: Random) -> Lines:
    """Put some whole sections into quotes."""
    sign, sections, fenced = random.choice(["> ", ">", "> > "]), [list[str]()], False
    for line in lines:
        fenced ^= line.lstrip("> ").startswith("```")
        if line.startswith("## ") and not fenced and not _is_title(line):
            sections.append([])
        sections[-1].append(line)
    first, *others = sections
    return [*first, *(line for section in others for line in _quoted(section, sign if random.random() < 0.5 else ""))]


def _quoted(section: Lines, sign: str) -> Lines:
    return [*(f"{sign}{line}" for line in section), ""] if sign else section


TRANSFORMATIONS: Sequence[Transformation] = (
    other_words,
    deeper_headings,
    numbered_headings,
    emoji_in_headings,
    ticks_behind_headings,
    bold_headings,
    colons_moved,
    other_bullets,
    bullets_to_tables,
    tables_to_bullets,
    decomposed,
    numbered_items,
    items_in_quotes,
    nested_fences,
    sections_in_quotes,
    windows_line_ends,
)
WHOLE = (nested_fences, sections_in_quotes)
"""What looks at the whole text, code too."""


def transformed(text: str, seed: int) -> tuple[str, tuple[str, ...]]:
    """Return the text after some transformations, and their names."""
    random = Random(seed)
    chosen = [one for one in TRANSFORMATIONS if random.random() < 0.35] or [random.choice(TRANSFORMATIONS)]
    for transformation in chosen:
        text = applied(transformation, text, random)
    return text, tuple(one.__name__ for one in chosen)


def applied(transformation: Transformation, text: str, random: Random) -> str:
    """Return the text after one transformation of what stands outside of fences, comments and front matter."""
    if transformation is windows_line_ends:
        return "\n".join(windows_line_ends(text.split("\n"), random))
    if transformation in WHOLE:
        front = re.match(r"---\n.*?\n---\n|", text, re.DOTALL)
        start = front.end() if front else 0
        return text[:start] + "\n".join(transformation(text[start:].split("\n"), random))
    return "".join(_outside_code(text, transformation, random))


def _outside_code(text: str, transformation: Transformation, random: Random) -> Iterator[str]:
    last = 0
    for code in (*CODE.finditer(text), None):
        part = text[last : code.start() if code else len(text)]
        yield _changed(part, transformation, random)
        if code:
            yield code[0]
            last = code.end()


def _changed(part: str, transformation: Transformation, random: Random) -> str:
    return "\n".join(transformation(part.split("\n"), random)) if "\n" in part else part


def _is_title(line: str) -> bool:
    return line.startswith("# ") or "TECHNICAL MAP" in line


def _as_bold(line: str) -> str:
    heading = HEADING.fullmatch(line)
    return f"{heading[1]} **{heading[2]}**" if heading and "`" not in line and not _is_title(line) else line


def _with_lead(line: str, lead: str) -> str:
    heading = HEADING.fullmatch(line)
    return f"{heading[1]} {lead}{heading[2]}" if heading and not _is_title(line) else line


def _sections(lines: Lines) -> Iterator[Lines]:
    """Cut the lines before each heading."""
    section: Lines = []
    for line in lines:
        if HEADING.fullmatch(line) and section:
            yield section
            section = []
        section.append(line)
    yield section


def _holds_items(section: Lines) -> bool:
    heading = HEADING.fullmatch(section[0])
    return heading is not None and any(word in heading[2].casefold() for word in TABLED)


def _with_numbers(section: Lines, shape: str, first: int) -> Lines:
    if not _holds_items(section):
        return section
    bullets = iter(range(first, first + len(section)))
    return [f"- {shape.format(next(bullets))}{line[2:]}" if BULLET.fullmatch(line) else line for line in section]


def _as_quote(section: Lines, sign: str) -> Lines:
    text = [line for line in section[1:] if line.strip()]
    if not _holds_items(section) or not text or not all(BULLET.fullmatch(line) for line in text):
        return section
    return [section[0], "", *(f"{sign}{line}" for line in text), ""]


def _as_table(section: Lines, head: tuple[str, str]) -> Lines:
    text = [line for line in section[1:] if line.strip()]
    if not _holds_items(section) or not text or not all(BULLET.fullmatch(line) for line in text):
        return section
    columns = head[0].count("|") - 1
    rows = []
    for number, line in enumerate(text, 1):
        cells = [f"{number}", line.removeprefix("- "), "because"][columns == 1 :][:columns]
        rows.append(f"| {' | '.join(cells)} |")
    return [section[0], "", *head, *rows, ""]


def _as_bullets(section: Lines) -> Lines:
    rows = [line for line in section[1:] if line.startswith("|")]
    others = [line for line in section[1:] if line.strip() and not line.startswith("|")]
    if not _holds_items(section) or len(rows) < len(("head", "rule", "row")) or others:
        return section
    cells = [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows[2:]]
    return [section[0], *(f"- {row[row[0].isdigit()]}" for row in cells), ""]
