"""Numbers in front of a text: ``1.``, ``2)``, ``(a)``, ``Step 3:``. They say an order, and are part of no name.

Only the parser knows the words of a language and the neighbours of an item; `without_number` is for comparing alone.
"""

from __future__ import annotations

import re

_DIGITS = r"[0-9０-９]{1,3}(?:\.[0-9]{1,3}){0,5}"
_MARK = r"(?:[.)．）、](?=\s|[A-Z\u2e80-\U0003ffff])|[:：](?!\s*[0-9])(?=\s|[\u2e80-\U0003ffff]))"
COUNTED = rf"[(（]?{_DIGITS}\\?{_MARK}|[(（]{_DIGITS}[:：]?[)）]"
"""``1.``, ``1.2)``, ``(1)``, ``1:``; a bare number belongs to the words: "400 reports"."""
LETTERED = r"[(（]?(?:[A-Za-z]|[ivxIVX]{2,5})[)）](?=\s)"
"""``a)``, ``(b)``, ``iv)``."""
CHINESE = r"[(（]?[一二三四五六七八九十]{1,3}[、)）．]|[\u2460-\u2473\u2474-\u2487]"
NUMBER = re.compile(rf"(?:{COUNTED}|{LETTERED}|{CHINESE})\s*(?=\S)")
"""What is a number whatever stands around it."""
_ANY = re.compile(
    rf"(?:{COUNTED}|{LETTERED}|{CHINESE}|[^\W\d_]{{1,20}}\s*{_DIGITS}\s*(?:[:：.)]|\s[-–—])(?=\s)|{_DIGITS}(?=\s)"
    r"|第[^\W_]{1,3}[步个项][:：]?)\s*(?=\S)"
)
_EMPHASIS = re.compile(r"(?:\*\*|__|~~|\*|_)*")
_LEADING_IN_SLUG = re.compile(r"(?:[^\W\d_]+-)?([0-9]+(?:-[0-9]+)*)-(?=.)")
_IN_SLUG = re.compile(r"[0-9]+(?:-[0-9]+)*")


def without_number(text: str) -> str:
    """Return a text as it is compared with another that may have a number in front, or another one."""
    return _cut(text, _ANY)


def without_this_number(markdown: str, number: str) -> str:
    """Return Markdown without a number that its plain text begins with; as it is where it does not."""
    spelled = r"\s*".join(r"\\?".join(map(re.escape, word)) for word in number.split())
    return _cut(markdown, re.compile(rf"{spelled}\s*(?=\S)"))


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    lead = _EMPHASIS.match(text)
    assert lead is not None
    found = pattern.match(text, lead.end())
    if found is None:
        return text
    rest = text[found.end() :]
    closing = lead[0][::-1]
    return rest[len(closing) :].lstrip() if closing and rest.startswith(closing) else lead[0] + rest


def differs_only_by_number(title: str, other: str) -> bool:
    """Whether two titles say the same but for a number in front of what they are about; either may have been cut."""
    places = [0, *(match.end() for match in re.finditer(": ", title))]
    return title != other and any(
        title[:place] == other[:place] and _same(without_number(title[place:]), without_number(other[place:]))
        for place in places
    )


def _same(text: str, other: str) -> bool:
    if not text.endswith("…") and not other.endswith("…"):
        return text == other
    length = min(len(text.rstrip("…")), len(other.rstrip("…")))
    return text[:length] == other[:length]


def renumbered(slug: str, name: str, earlier: str) -> bool:
    """Whether a slug is a name with a number in front.

    :param name: the slug without a number.
    :param earlier: the slug as the number that the name has today would make it; the name itself where it has none.
    """
    number, known = slug.removesuffix(f"-{name}"), earlier.removesuffix(f"-{name}")
    if number == slug:
        return False
    return _IN_SLUG.fullmatch(number) is not None or (known != earlier and _shape(number) == _shape(known))


def counted(slug: str) -> tuple[str, tuple[int, ...]]:
    """Return the name in a slug and the number in front of it; no number where there is none."""
    found = _LEADING_IN_SLUG.match(slug)
    return (slug[found.end() :], tuple(map(int, found[1].split("-")))) if found else (slug, ())


def _shape(number: str) -> str:
    """Return a number in a slug without what counts: ``step-1-2`` and ``step-3``, ``a`` and ``b`` are alike."""
    return "#" if len(number) == 1 else _IN_SLUG.sub("#", number)
