"""The page that tells people and coding assistants how to fill in a map, made from the rules and the words of maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from techmap_sync.diagnostics import Rule


class Habit(NamedTuple):
    """Something that authors do, and what they should write; both are pieces of the example map."""

    rule: str
    """The rule that notices it."""
    write: str
    """As it is in the example."""
    instead_of: str


HABITS = (
    Habit(
        "vague-reference",
        "- A user without a phone logs in through `LoginPage` with a code of `RecoveryCodes`",
        "- The two new components work together",
    ),
    Habit("names-nothing", "- `redeem` refuses a code that was used", "- Used codes are refused"),
    Habit(
        "component-without-criteria",
        "**Key Methods**:\n- `send(user: User) -> None`: after each redeemed code\n",
        "",
    ),
    Habit("component-without-location", "**Location**: `src/auth/mail.py`\n", ""),
    Habit(
        "unknown-direction",
        "**Depends on**: RecoveryCodes\n**Key Methods**",
        "**Built upon**: RecoveryCodes\n**Key Methods**",
    ),
    Habit("unknown-dependency", "**Depends on**: CodeMail", "**Depends on**: CodeMial"),
    Habit("spec-not-listed", "- `CodeMail`: tells users that a code was used\n", ""),
    Habit(
        "empty-section",
        "### Rollback Plan\n- Take the form off `LoginPage`; the table may stay\n",
        "### Rollback Plan\n",
    ),
    Habit(
        "unrecognised-readiness",
        "**Implementation Ready**: No, it waits for a review",
        "**Implementation Ready**: Once Ada has read it",
    ),
)
"""Each is tried on the example: without it there is no note, with it there is."""

_BEFORE = """\
# How to write a technical map

For people and coding assistants. techmap-sync reads the maps in this folder and turns each approved one into tickets;
the better the map, the better the tickets. `techmap-sync init --assistant` wrote this page; change it as you like.

## Steps

1. `techmap-sync new "Feature"` writes a map from the template.
2. Fill in every section. Where there is nothing to do, write `None`. Keep the headings.
3. `techmap-sync check FILE` until it reports no errors and no warnings. Its notes are advice.
4. `techmap-sync show FILE` prints what was understood, and in which ticket each line is found.
5. A person reads the map and answers `**Implementation Ready**: Yes`. A coding assistant never does: it leaves `No`.

## What becomes of it

| part of the map | in the tracker |
|---|---|
| New and Modified Components, with their specification | one ticket each; methods are its checklist |
| Integration Components without a specification | one ticket together |
| Database, API and Configuration Changes | one ticket for each of these headings; bullets are its checklist |
| Unit Tests | each in the ticket of the component that it names, the others in one ticket |
| other levels of tests | one ticket for each level |
| Error Handling, Security | each sentence in the ticket of the component that it names, the others in one for each |
| Open Questions | one ticket; bullets are its checklist |
| Deployment Considerations | one ticket for each heading |
| Performance Considerations | what names a component in its ticket, the rest in the tracking ticket |
| Data Flow and everything else | the tracking ticket |

A ticket waits for what its text names: components, methods, tables, endpoints. So use the same name everywhere, in
backticks; a test or requirement that names exactly one component is in that one's checklist. One bullet is one thing to
do; details go below it, indented.

## A good map

"""

_AFTER = """\
## Changing a map later

The tickets follow the map, and what people did in them stays. A name is an identity: where you rename something, say so
with `<!-- was: old-name -->` after the new name. Tick or strike through what is done, and remove what is not wanted.
"""


def authoring_page(example: str, rules: Mapping[str, Rule], words: Mapping[str, Mapping[str, Any]]) -> str:
    """Render the page.

    :param example: the good map.
    :param rules: by rule id.
    :param words: the tables of words, by language.
    """
    habits = "\n".join(_habit(habit, rules[habit.rule]) for habit in HABITS)
    intro = "Each of these is found by `techmap-sync check`; `techmap-sync check --explain RULE` says more."
    return "\n".join(
        [f"{_BEFORE}{_fenced(example)}", f"## Write this, not that\n\n{intro}\n", habits, _words(words), _AFTER]
    )


def _habit(habit: Habit, rule: Rule) -> str:
    summary = rule.summary[:1].upper() + rule.summary[1:]
    if not habit.instead_of.strip():
        return f"**{summary}** (`{rule.id}`). Do not leave out:\n\n{_fenced(habit.write)}"
    return f"**{summary}** (`{rule.id}`). Instead of\n\n{_fenced(habit.instead_of)}\nwrite\n\n{_fenced(habit.write)}"


def _fenced(markdown: str) -> str:
    return f"```markdown\n{markdown.strip()}\n```\n"


_MOST_WORDS = 8


def _words(languages: Mapping[str, Mapping[str, Any]]) -> str:
    """List the words that decide something, of the first language; all languages count at once."""
    first = next(iter(languages.values()))
    statuses, fields = first["statuses"], first["fields"]
    rows = [
        ("not approved", first["readiness"]["refused"]),
        ("nothing to do", first["nothing"]["words"]),
        *((f"status: {status}", statuses[status]) for status in ("new", "modified", "removed", "untouched", "done")),
        *((f"field: {field}", fields[field]) for field in ("location", "purpose", "methods", "depends on", "inbound")),
    ]
    table = "\n".join(f"| {meaning} | {_listed(known)} |" for meaning, known in rows)
    others = f"The same words are known in other languages ({', '.join(languages)}). "
    return f"## Words that are known\n\n{others}Case makes no difference.\n\n| meaning | words |\n|---|---|\n{table}\n"


def _listed(words: Sequence[str] | Iterable[str]) -> str:
    shown = list(words)
    return ", ".join(shown[:_MOST_WORDS]) + (", …" if len(shown) > _MOST_WORDS else "")
