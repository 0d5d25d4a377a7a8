"""Maps of any size; no two have the same words."""

from __future__ import annotations

from collections.abc import Iterator

NOUNS = (
    "Invoice",
    "Session",
    "Alert",
    "Basket",
    "Webhook",
    "Export",
    "Ledger",
    "Profile",
    "Voucher",
    "Shipment",
    "Quota",
)
ROLES = (
    "Store",
    "Service",
    "Planner",
    "Cache",
    "Reader",
    "Mailer",
    "Guard",
    "Index",
    "Queue",
    "Mapper",
    "Panel",
    "Log",
    "Job",
)
DEEDS = ("keeps", "renews", "counts", "refuses", "sorts", "merges", "sends", "expires", "restores", "splits")
LAYERS = ("app", "core", "web", "jobs", "api", "billing", "search")


def map_text(number: int, components: int, tests: int) -> str:
    """Return an approved map.

    :param number: what makes it another map than all others.
    :param components: each with a place, a purpose and two methods.
    :param tests: bullets below the unit tests, each of which names a component.
    """
    return "\n".join(
        (*_head(number), *_components(number, components), *_tests(number, components, tests), *_foot(number))
    )


def map_of_bytes(number: int, size: int) -> str:
    """Return a map of at least so many bytes, and not many more."""
    components = 4 + number % 9
    text = map_text(number, components, 3)
    line = len(text.encode()) - len(map_text(number, components, 2).encode())
    return map_text(number, components, 3 + -(-max(size - len(text.encode()), 0) // line))


def name_of(number: int, place: int) -> str:
    """Return the name of a component."""
    noun, role = NOUNS[(number + place) % len(NOUNS)], ROLES[(number // len(NOUNS) + place) % len(ROLES)]
    return f"{noun}{role}{number}x{place}"


def _head(number: int) -> Iterator[str]:
    noun = NOUNS[number % len(NOUNS)]
    yield f"# TECHNICAL MAP: {noun} feature {number}\n"
    yield f"**Date**: 2025-{number % 12 + 1:02}-{number % 28 + 1:02}  \n**Author**: Team {number % 17}  "
    yield "**Previous Phase**: PLAN  \n"
    yield f"Customers of shop {number} asked {number % 40 + 2} times for a better {noun.lower()}.\n"


def _components(number: int, components: int) -> Iterator[str]:
    names = [name_of(number, place) for place in range(components)]
    yield "## Components Overview\n\n### New Components\n"
    yield from (
        f"- `{name}` - {DEEDS[(number + n) % len(DEEDS)]} what shop {number} needs" for n, name in enumerate(names)
    )
    yield "\n## Detailed Component Specifications\n"
    for place, name in enumerate(names):
        layer, deed = LAYERS[(number + place) % len(LAYERS)], DEEDS[(number * 3 + place) % len(DEEDS)]
        yield f"### {name}\n\n**Location**: `src/{layer}/{name.lower()}.py`  "
        before = f" It is called by `{names[place - 1]}`." if place % 3 == 1 else ""
        yield f"**Purpose**: {deed.capitalize()} the entries of step {place} for shop {number}.{before}  "
        yield "**Key Methods**:"
        yield f"- `{deed}_{place}(entry: Entry, limit: int) -> Result`: {deed} {number % 90 + 10} at once"
        yield f"- `undo_{deed}_{place}(entry: Entry) -> None`: takes it back within {place + 2} days\n"


def _tests(number: int, components: int, tests: int) -> Iterator[str]:
    yield "## Testing Strategy\n\n### Unit Tests\n"
    for test in range(tests):
        name, deed = name_of(number, test % max(components, 1)), DEEDS[(number + test * 7) % len(DEEDS)]
        yield f"- `{name}` {deed} case {test} of shop {number} when {test % 13 + 1} entries wait"


def _foot(number: int) -> Iterator[str]:
    yield "\n---\n\n**Status**: TECHNICAL MAP  \n**Next Phase**: TODO  \n**Implementation Ready**: ✅ Yes  "
    yield f"**Estimated Implementation Time**: {number % 9 + 2} days\n"
