"""Header and footer fields, and what they say of the map as a whole (docs/map-format.md, "Metadata and readiness")."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.base import Lifecycle
from techmap_sync.documents.frontmatter import NAMES
from techmap_sync.documents.markdown import Block, Heading, ItemList, Paragraph, Rule, plain
from techmap_sync.documents.technical_map.classify import without_placeholders
from techmap_sync.documents.technical_map.detect import fields_in_line, fold_spaces, is_map_status
from techmap_sync.documents.technical_map.model import MetadataField, Readiness
from techmap_sync.documents.technical_map.sections import straighten
from techmap_sync.documents.technical_map.shapes import label_of
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import fold, heading_key
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


# Fields that only maps have: they are metadata anywhere.
_UNMISTAKABLE = frozenset({"previous phase", "map id", "next phase", "implementation ready", "implementation time"})
_HEADER = frozenset({"date", "author", "previous phase", "map id", *NAMES})
_COMPONENT_SECTIONS = frozenset({"overview", "new", "modified", "integration", "specifications"})


class Metadata(NamedTuple):
    """The fields, and the blocks that hold none."""

    fields: tuple[MetadataField, ...]
    """The field that counts comes before others of its name."""
    readiness: Readiness
    readiness_field: MetadataField | None
    lifecycle: Lifecycle
    blocks: tuple[Block, ...]

    def shown(self, name: str) -> str:
        """Return the value of a field without what only the template says, or nothing."""
        return next((field.shown for field in self.fields if field.name == name), "")

    def value(self, name: str) -> str:
        """Return the value of a field, or nothing."""
        return next((field.value for field in self.fields if field.name == name), "")


def read_metadata(blocks: Sequence[Block], document: SourceText, vocabulary: Vocabulary) -> Metadata:
    """Take the metadata out of the blocks at the top level of a map."""
    groups = list(_field_groups(blocks, document, vocabulary))
    fields = [group.fields for group in groups]
    taken = {id(block) for group in groups for block in group.blocks}
    if groups and not groups[-1].in_header:
        taken |= {id(block) for block in _after_footer(blocks, groups[-1])}
    readiness, readiness_field = _readiness(fields, vocabulary)
    ordered = tuple(_in_order_of_weight(fields, readiness_field))
    status = next((field.value for field in ordered if field.name == "status"), "")
    retired = fold(status).split(" ")[0].strip(".,:;()!*") in vocabulary.retired
    return Metadata(
        fields=ordered,
        readiness=readiness,
        readiness_field=readiness_field,
        lifecycle=Lifecycle.RETIRED if retired else Lifecycle.ACTIVE,
        blocks=tuple(block for block in blocks if id(block) not in taken),
    )


def _in_order_of_weight(
    groups: Iterable[Sequence[MetadataField]], readiness_field: MetadataField | None
) -> Iterator[MetadataField]:
    """The first place of a header field counts, and the last of a footer field; "no" beats "yes"."""
    fields = [field for group in groups for field in group]
    first = {field.name: field for field in reversed(fields)}
    last = {field.name: field for field in fields}
    counts = {name: first[name] if name in _HEADER else last[name] for name in first}
    if readiness_field:
        counts[readiness_field.name] = readiness_field
    yield from (field for field in fields if counts[field.name] is field)
    yield from (field for field in fields if counts[field.name] is not field)


class _Group(NamedTuple):
    """Neighbouring blocks that hold nothing but fields."""

    blocks: list[Block]
    fields: list[MetadataField]
    in_header: bool


def _field_groups(blocks: Sequence[Block], document: SourceText, vocabulary: Vocabulary) -> Iterator[_Group]:
    """Yield the groups of fields that are metadata."""
    place = _Place(in_header=True, in_component=False)
    group = _Group([], [], place.in_header)
    for block in blocks:
        if found := _fields_of(block, document, vocabulary):
            group.blocks.append(block)
            group.fields.extend(found)
            continue
        if place.accepts(group.fields, vocabulary):
            yield group
        place = place.behind(block, vocabulary)
        group = _Group([], [], place.in_header)
    if place.accepts(group.fields, vocabulary):
        yield group


def _after_footer(blocks: Sequence[Block], footer: _Group) -> Sequence[Block]:
    """Return what follows the footer up to a heading: a closing remark, no part of the section above."""
    last = next(number for number, block in enumerate(blocks) if block is footer.blocks[-1])
    behind = blocks[last + 1 :]
    end = next((number for number, block in enumerate(behind) if isinstance(block, Heading)), len(behind))
    return behind[:end]


class _Place(NamedTuple):
    """Where in the map fields are, which decides whether a word like "Status" is about the map."""

    in_header: bool
    in_component: bool

    def accepts(self, fields: Sequence[MetadataField], vocabulary: Vocabulary) -> bool:
        """Whether neighbouring fields are metadata here."""
        known = [field for field in fields if field.name in vocabulary.metadata.values()]
        # Elsewhere these words are about something in the map, unless they are among fields that only maps have.
        known = known if self.in_header else [field for field in known if field.name not in NAMES]
        if self.in_header or not known:
            return bool(known)
        unmistakable = any(
            field.name in _UNMISTAKABLE or (field.name == "status" and is_map_status(field.value, vocabulary))
            for field in known
        )
        return unmistakable or (len(known) == len(fields) and not self.in_component)

    def behind(self, block: Block, vocabulary: Vocabulary) -> _Place:
        """Return the place after a block without fields."""
        match block:
            case Heading():
                text = plain(block.line.runs)
                section = look_up(vocabulary.sections, text)
                if not section and block.level > 2:
                    return _Place(self.in_header, self.in_component)
                return _Place(self.in_header and not _is_section(text, vocabulary), section in _COMPONENT_SECTIONS)
            case Paragraph() if (label := label_of(block.lines[0])) and _is_section(label.text, vocabulary):
                return _Place(False, look_up(vocabulary.sections, label.text) in _COMPONENT_SECTIONS)
            case Rule():
                return _Place(self.in_header, False)  # it ends the component above it
            case _:
                return self


def _is_section(text: str, vocabulary: Vocabulary) -> bool:
    tables = (vocabulary.sections, vocabulary.changes, vocabulary.tests, vocabulary.deployment)
    return any(look_up(table, text) for table in tables)


def _fields_of(block: Block, document: SourceText, vocabulary: Vocabulary) -> list[MetadataField]:
    """Return the fields of a block that holds nothing else."""
    match block:
        case Paragraph():
            return _paragraph_fields(block, document, vocabulary)
        case ItemList():
            parts = [_fields_of_all(item.blocks, document, vocabulary) for item in block.items]
        case _:
            return []
    return [field for part in parts for field in part] if all(parts) else []


def _fields_of_all(blocks: Iterable[Block], document: SourceText, vocabulary: Vocabulary) -> list[MetadataField]:
    parts = [_fields_of(block, document, vocabulary) for block in straighten(blocks, vocabulary)]
    return [field for part in parts for field in part] if all(parts) else []


def _paragraph_fields(paragraph: Paragraph, document: SourceText, vocabulary: Vocabulary) -> list[MetadataField]:
    first, more = paragraph.lines[0], paragraph.lines[1:]
    pairs = fields_in_line(document.text[first.start : first.end])
    if more and pairs:
        label, value = pairs[-1]
        pairs[-1] = (label, fold_spaces(" ".join([value, *(plain(line.runs) for line in more)])))
    span = document.span(first.start, paragraph.lines[-1].end)
    fields = [
        MetadataField(_field_name(label, vocabulary), label, value, span, without_placeholders(value, vocabulary))
        for label, value in pairs
    ]
    known = [field.name in vocabulary.metadata.values() for field in fields]
    others = any(
        _is_section(field.label, vocabulary) or look_up(vocabulary.fields, field.label)
        for field, is_known in zip(fields, known, strict=True)
        if not is_known
    )
    return (
        []
        if others or not all(field.value or is_known for field, is_known in zip(fields, known, strict=True))
        else fields
    )


def _field_name(label: str, vocabulary: Vocabulary) -> str:
    return look_up(vocabulary.metadata, label) or heading_key(label)


def _readiness(
    groups: Sequence[Sequence[MetadataField]], vocabulary: Vocabulary
) -> tuple[Readiness, MetadataField | None]:
    """Return what the last group with the field says. There, no wins over yes."""
    answers = [[field for field in group if field.name == "implementation ready"] for group in groups]
    last = next((fields for fields in reversed(answers) if fields), [])
    readings = [(readiness_of(field.value, vocabulary), field) for field in last]
    for wanted in (Readiness.NOT_APPROVED, Readiness.UNRECOGNISED, Readiness.MISSING, Readiness.APPROVED):
        for reading, field in readings:
            if reading is wanted:
                return reading, field
    return Readiness.MISSING, None


def readiness_of(value: str, vocabulary: Vocabulary) -> Readiness:
    """Return what the value of the readiness field says, by its first word.

    "Yes/No" was never answered, and a language without spaces is read by what the first word starts with.
    """
    folded = fold(value)
    words = re.findall(r"[^\W_]+", folded)
    if not words:
        return Readiness.MISSING
    word = words[0]
    unanswered = re.match(r"\W*\w+\s*/\s*\w+", folded) and len(words) > 1 and words[1] in vocabulary.refused
    if value in vocabulary.placeholders or unanswered or _said(word, vocabulary.refused):
        return Readiness.NOT_APPROVED
    return Readiness.APPROVED if _said(word, vocabulary.approved) else Readiness.UNRECOGNISED


def _said(word: str, words: frozenset[str]) -> bool:
    return word in words or any(
        word.startswith(known) for known in words if not word.isascii() and len(known) > 0 and ord(known[0]) > 0x2E7F
    )


_HOUR = 60
_DAY = 8 * _HOUR
MINUTES = {"minute": 1, "hour": _HOUR, "day": _DAY, "week": 5 * _DAY, "month": 20 * _DAY}
"""Working minutes of each unit: days of 8 hours, weeks of 5 days, months of 20 days."""

LONGEST = 200
"""Characters; a longer text is not an estimate."""

_REMARK = lazy(r"\([^()]*\)")
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)|\d{1,6}(?:[.,]\d{1,3})?(?!\d)"
# What separates the ends of a range: a dash, or a short word of any language ("to", "bis", "à", "至").
_DASH = r"\s*[-–—~〜]\s*"
_SHORT_WORD = r"\s*(?!x)[^\W\d_]{1,3}\s*"
_JOIN = lazy(rf"(?P<dash>{_DASH})|(?P<plus>\s*[+&]\s*)|(?P<word>{_SHORT_WORD})|\s*,?\s*")


class _Amount(NamedTuple):
    """A number or range with its unit."""

    least: float
    most: float
    unit: str
    start: int
    end: int


def estimate_of(text: str, vocabulary: Vocabulary) -> tuple[int, int] | None:
    """Return the working minutes, (least, most), that a text such as ``~4-6 days (down from 10)`` estimates.

    Remarks in parentheses do not count. None where the text says anything else than one amount, range or sum: it is
    kept as text then.
    """
    said = _REMARK.sub(" ", fold(text[: LONGEST + 1])).strip()
    if len(text) > LONGEST:
        return None
    amounts = _amounts(said, vocabulary.units)
    if not amounts or re.search(r"\d", said[: amounts[0].start] + said[amounts[-1].end :]):
        return None
    return _together(said, amounts)


_BETWEEN = lazy(r"[;()\n]|,(?!\d)")
_PART = lazy(r"(?P<name>[^:=]{1,80})[:=]\s*(?P<amount>.+)")
_PART_WITHOUT_COLON = lazy(r"(?P<name>[^:=]{1,80}?)\s+(?:[-–—]\s+)?(?P<amount>[~≈]?\s*\d.*)")
_LONGEST_LIST = 4_000
"""Characters; of a longer text nothing is read."""


def estimates_of(text: str, vocabulary: Vocabulary) -> dict[str, int]:
    """Return the working minutes, at most, of everything that an estimate names, by folded names.

    ``6 days (Parser: 2 days, Mailer: 1-2 days)``. Whether something has such a name is for others to say.
    """
    if len(text) > _LONGEST_LIST:
        return {}
    texts = (part.strip().replace("`", "").replace("*", "") for part in _BETWEEN.split(text))
    parts = (_PART.fullmatch(each) or _PART_WITHOUT_COLON.fullmatch(each) for each in texts)
    found = ((fold(part["name"]), estimate_of(part["amount"], vocabulary)) for part in parts if part)
    return {name: minutes[1] for name, minutes in found if minutes}


def _amounts(said: str, units: Mapping[str, str]) -> Sequence[_Amount]:
    there = sorted((word for word in units if word in said), key=len, reverse=True)
    words = "|".join(re.escape(word) + r"(?!\w)" * word[-1].isascii() for word in there)
    pattern = rf"(?<![\d.,])({_NUMBER})(?:\+?(?:{_DASH}|{_SHORT_WORD})({_NUMBER}))?\s*\+?[\s-]*({words or '(?!)'})"
    return [
        _Amount(_value(match[1]), _value(match[2] or match[1]), units[match[3]], match.start(), match.end())
        for match in re.finditer(pattern, said)
    ]


def _value(number: str) -> float:
    """Read ``2``, ``1.5``, ``1,5`` and ``1,000``."""
    thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+", number)
    return float(number.replace(",", "" if thousands else "."))


def _together(said: str, amounts: Sequence[_Amount]) -> tuple[int, int] | None:
    """Return one amount, a range ("4 hours to 2 days": the unit grows) or a sum ("1 week, 2 days": it shrinks)."""
    joins = [_JOIN.fullmatch(said, one.end, other.start) for one, other in pairwise(amounts)]
    sizes = [MINUTES[amount.unit] for amount in amounts]
    shrinks = all(one > other for one, other in pairwise(sizes))
    if all(join and (join["plus"] or (shrinks and not join["dash"])) for join in joins):
        ends = sum(a.least * MINUTES[a.unit] for a in amounts), sum(a.most * MINUTES[a.unit] for a in amounts)
    elif len(amounts) == 2 and joins[0] and (joins[0]["dash"] or joins[0]["word"]):
        ends = amounts[0].least * sizes[0], amounts[1].most * sizes[1]
    else:
        return None
    return round(min(ends)), round(max(ends))


_OF_TEMPLATE = {"previous phase": "plan", "status": "technical map", "next phase": "todo"}


def says_template(name: str, value: str) -> bool:
    """Whether a field says what the blank template says, and so nothing about the map.

    :param name: its stable name.
    """
    return fold(value) == _OF_TEMPLATE.get(name)
