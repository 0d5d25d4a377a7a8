"""Flags that messages advise: the command that prints a message takes them, or the message names one that does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import techmap_sync
from techmap_sync.cli.main import COMMANDS, command
from techmap_sync.sync.policy import Guard

PACKAGE = Path(*techmap_sync.__path__)
ARGUMENTS_OF_GIT = ("programs.py", "checkout.py")
ANOTHER_PROGRAM = re.compile(r"\bgit [a-z][^,;]*")
ADVICE = re.compile(rf"(?:\b({'|'.join(COMMANDS)}) (?:[\w/]+ )?)?(--[a-z][a-z-]+)(?! is\b)")

CHANGING = {"plan", "push", "reconcile", "ci"}
WITH_TRACKER = CHANGING | {"status", "doctor", "pull"}
PRINTED_BY = {
    "sync/": WITH_TRACKER,
    "sync/guards.py --allow": CHANGING,
    "sync/guards.py --resolve": CHANGING,
    "trackers/": WITH_TRACKER,
    "registry.py": WITH_TRACKER,
    "app/credentials.py": WITH_TRACKER,
    "app/targets.py": WITH_TRACKER,
    "app/other_documents.py": WITH_TRACKER,
    "app/formats.py": CHANGING,
    "app/run_options.py": CHANGING,
    "app/run_guards.py": CHANGING,
    "app/applying.py": CHANGING,
    "app/pull_ticks.py": {"pull"},
    "app/propose.py": {"ci"},
    "reports/pull_report.py": {"pull"},
    "reports/check_results.py --fix": {"check"},
    "cli/console.py": CHANGING,
    "app/plan_comment.py": {"plan"},
    "app/parallel.py --shard": CHANGING - {"ci"} | {"check"},
    "app/scaffold.py --to": {"init"},
    "app/scaffold.py --output": {"new"},
    "config.py": set(COMMANDS) - {"init"},
    **{f"cli/{name}.py": {name} for name in COMMANDS},
}
"""Which commands print the messages of a module, and for some which print those with a certain flag; where nothing
is said, all do."""

FLAGS = {name: {flag for parameter in command(name).params for flag in parameter.opts} for name in COMMANDS}


def messages(path: Path) -> Iterator[str]:
    """Yield all texts of a module that names flags but docstrings and single words; what is filled in becomes …."""
    text = path.read_text("utf-8")
    nodes = list(ast.walk(ast.parse(text))) if "--" in text else []
    inside = {part for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    documentation = {node.value for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and node not in inside | documentation and " " in str(node.value):
            yield str(node.value)


@cache
def advice(path: Path) -> tuple[tuple[str, str, str], ...]:
    """Return each flag in a message with the command that is named before it, and the message."""
    return tuple(_advice(path))


def _advice(path: Path) -> Iterator[tuple[str, str, str]]:
    for message in messages(path):
        named = ""
        for found in ADVICE.finditer(ANOTHER_PROGRAM.sub("", message)):
            named = found[1] or named
            yield named, found[2], message


def printing(module: str, flag: str) -> set[str]:
    of_folder = PRINTED_BY.get(f"{module.partition('/')[0]}/")
    return PRINTED_BY.get(f"{module} {flag}") or PRINTED_BY.get(module) or of_folder or set(COMMANDS)


MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def test_each_flag_that_a_message_advises_is_taken() -> None:
    refused = [
        (name, flag, message)
        for module in MODULES
        if module not in ARGUMENTS_OF_GIT
        for named, flag, message in advice(PACKAGE / module)
        for name in ({named} if named else printing(module, flag))
        if flag not in FLAGS[name]
    ]
    assert not refused


def test_flags_are_found() -> None:
    found = {flag for module in MODULES for _, flag, _ in advice(PACKAGE / module)}
    assert {"--allow", "--resolve", "--recreate", "--rebind", "--accept-settings", "--to", "--api-url"} <= found


@pytest.mark.parametrize("flag", ["--allow", "--resolve", "--recreate", "--rebind", "--accept-settings", "--adopted"])
def test_a_job_can_do_what_messages_about_tickets_advise(flag: str) -> None:
    for name in CHANGING:
        assert flag in FLAGS[name]


def test_the_help_of_allow_lists_every_guard() -> None:
    (allow,) = (each for each in command("push").params if each.name == "allow")
    assert set(re.findall(r"[a-z]+", allow.help.partition(":")[2])) == set(Guard)
