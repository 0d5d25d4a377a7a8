"""``docs/troubleshooting.md``: every refusal and error with its exit code, what it means and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from techmap_sync.app.exit_codes import Exit
from techmap_sync.sync.policy import Guard
from tests.pages.problems import PACKAGE, UNKNOWN, kinds, placed_as, problems

HEAD = """\
# Troubleshooting

*For anyone whose run stopped or left something out.* Made from the code by `make docs`.

Find the message below; `…` is a name, number or text that differs from run to run. `techmap-sync doctor` checks token,
permissions and tickets, and writes nothing. What `check` says about a map is explained in [Rules](rules.md).
"""
EXITS: Mapping[Exit, tuple[str, str]] = {
    Exit.DONE: ("done, or nothing to do", "nothing"),
    Exit.PROBLEMS: ("a map has problems, or a file is not a map", "correct the map: `techmap-sync check`"),
    Exit.USAGE: ("the command or a setting is wrong", "follow the hint below the message"),
    Exit.PENDING: (
        "changes are pending: `plan --exit-code`, `reconcile --report-only`, `pull --check`",
        "run the command without that option",
    ),
    Exit.REFUSED: ("a guard, a conflict or a stale plan stopped the run before it wrote", "see [refusals](#refusals)"),
    Exit.TRACKER: ("the tracker failed, or the run is incomplete", "run the same command again: it continues"),
    Exit.BUG: ("a bug in techmap-sync", "open an issue with the one line that it printed"),
    Exit.INTERRUPTED: ("interrupted", "run the same command again: it continues"),
}  # fmt: skip
GUARDS: Mapping[Guard, tuple[str, str]] = {
    Guard.CREATES: ("create more tickets than `limits.max_creates`", "split the map, or raise the limit"),
    Guard.UPDATES: ("update more tickets than `limits.max_updates`", "look at the plan: did a setting change?"),
    Guard.RETITLES: ("retitle more tickets than `limits.max_retitled_share`", "look at the plan: were names swapped?"),
    Guard.CLOSES: ("close more tickets than `limits.max_closed_share`", "look at the plan: was a section lost?"),
    Guard.OLDER: ("write from a commit older than that of the tickets", "pull the newest commit, then push"),
    Guard.GONE: ("recreate several tickets of the ledger at once", "run `doctor`: is the listing incomplete?"),
    Guard.EXISTS: ("retire a map whose file may still be there", "restore it, or allow it with `reconcile`"),
    Guard.BRANCH: ("write to a server from a branch other than the default one", "merge first, or use `plan`"),
    Guard.REGENERATED: ("replace more than half of a spec's tasks at once", "look: was the file generated again?"),
    Guard.UNCOMMITTED: ("write in CI what no commit holds", "commit the map"),
}  # fmt: skip
UNLIFTED: Mapping[str, tuple[str, str]] = {
    "audience_refusals": (
        "more people can read the tracker than the repository of the maps",
        "push to another tracker, or set `allow_public = true`",
    ),
    "tracking_refusals": (
        "the tracking ticket was deleted or released, or a ticket of an untrusted author claims to be it",
        "`push --recreate KEY` or `push --rebind KEY=NUMBER`; for a claim, the setting that the message names",
    ),
    "ledger_refusals": (
        "the tracking ticket would be longer than the tracker allows",
        "split the map, set `granularity = \"section\"`, or shorten what people wrote in that ticket",
    ),
    "refused_for_conflicts": (
        'a field was changed by the map and by a person, and `on_conflict` is `"fail"`',
        "`push --resolve map KEY` or `push --resolve tracker KEY`",
    ),
}  # fmt: skip
"""Refusals that ``--allow`` does not lift, by the function that gives the reasons."""
ELSEWHERE = {
    "refusals", "retirement_refusals", "existing_file_refusals", "side_branch_refusal", "conflict_refusal",
    "stale_plan_refusal", "refuse_conflicts", "refuses_conflicts",
}  # fmt: skip
"""Functions whose refusals are in the table of guards, or among the messages below it."""
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "The run was refused: exit 4": ("Refused",),
    "The command is wrong: exit 2": ("UsageProblem",),
    "A setting is wrong: exit 2": ("SettingsProblem",),
    "A file cannot be used: exit 1 for a map, 2 for any other": ("UnreadableFile", "UnreadableMap"),
    "The server does not answer: exit 5": ("NoAnswer", "TooLarge", "AnswerTooLarge", "Unanswered", "UnexpectedAnswer"),
    "The server refuses: exit 5": ("NotAllowed", "RequestRefused", "BudgetSpent", "TrackerError"),
    "One ticket is refused, all others are written: exit 5": ("TicketRefused",),
    "A write may have taken effect: exit 5": ("OutcomeUnclear",),
    "The server lacks something: no error, the ticket's text says it": ("NotSupported",),
}
PLACED = frozenset(name for names in SECTIONS.values() for name in names)
ELSE: Mapping[str, str] = {
    "SettingsProblem": "correct the value: [all settings](configuration.md#all-settings)",
    "TicketRefused": "correct that ticket or the document; the next run tries again",
    "TrackerError": "the message names the next step",
    "RequestRefused": "the message names what the server said",
    "NotAllowed": "the message names what the server said",
    "OutcomeUnclear": "run again: it looks first for what was written",
    "NotSupported": "nothing: the next run tries again with `push --refresh`",
}
"""What to do where the code gives no advice of its own."""
PLAIN = {"SettingsProblem": [(f"{UNKNOWN} = {UNKNOWN}: {UNKNOWN}", ELSE["SettingsProblem"])]}
"""Messages that are made of values alone."""


def troubleshooting_page() -> str:
    """Return the page."""
    parts = [
        HEAD,
        "## Exit codes\n",
        _table("exit code", ((f"`{code.value}`", *text) for code, text in EXITS.items())),
        "## Refusals\n",
        "A refused map writes nothing; other maps of the run do. `--allow NAME` lifts a guard for one run. The limits\n"
        "are [settings](configuration.md#all-settings).\n",
        _table("`--allow`", ((f"`{guard}`", f"the run would {what}", do) for guard, (what, do) in GUARDS.items())),
        "These are not lifted by `--allow`:\n",
        _pairs(UNLIFTED.values()),
    ]
    for title, names in SECTIONS.items():
        parts += [f"## {title}\n", _pairs(_rows(names))]
    return "\n".join(parts)


def _rows(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    wanted = set(names)
    here = (each for each in problems() if placed_as(each.kind, PLACED) in wanted)
    rows = {(each.says, _advice(each.kind, each.advises)) for each in here}
    yield from sorted(rows | {row for name in wanted for row in PLAIN.get(name, ())})


def _advice(kind: str, advice: str) -> str:
    return advice if any(letter.isalpha() for letter in advice) else ELSE.get(kind, "the message names the next step")


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    lines = ["| what it says | what to do |", "|---|---|", *(f"| {_cell(says)} | {_cell(do)} |" for says, do in rows)]
    return "\n".join(lines) + "\n"


def _table(first: str, rows: Iterable[tuple[str, str, str]]) -> str:
    lines = [
        f"| {first} | what it means | what to do |",
        "|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("**", "\\*\\*").replace("[hosts]", "`[hosts]`")


@cache
def refusing_functions() -> frozenset[str]:
    """Return the public functions of the package that give reasons to refuse, by their names."""
    found = (
        re.findall(r"^ *def ((?!_)(?:\w+_)?(?:refusals?|conflicts))\(", path.read_text("utf-8"), re.M)
        for path in PACKAGE.rglob("*.py")
        if "trackers" not in path.parts
    )
    return frozenset(name for names in found for name in names)


def unplaced() -> set[str]:
    """Return the errors that are in no section, and what a section names in vain."""
    return {each.kind for each in problems() if not placed_as(each.kind, PLACED)} | (PLACED - kinds().keys())
