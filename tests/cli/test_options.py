"""Flags that the messages about tickets advise: `ci` prints these messages too, so it takes the flags."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import techmap_sync.sync
from techmap_sync.cli.app import command
from techmap_sync.sync.guards import Guard

OTHER_COMMANDS = re.compile("push --refresh|reconcile --retire")
"""Advised with the name of their command: a CI job prints them for a person, who types them."""


def advised() -> Iterator[str]:
    for path in Path(*techmap_sync.sync.__path__).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from re.findall(r"--[a-z][a-z-]+", OTHER_COMMANDS.sub("", node.value))


FLAGS = sorted(set(advised()) - {"--out"})
"""``plan --out`` is no more than the name of what made a file."""


@pytest.mark.parametrize("flag", FLAGS)
def test_ci_takes_each_flag_that_a_message_about_tickets_advises(flag: str) -> None:
    assert flag in {name for parameter in command("ci").params for name in parameter.opts}


def test_flags_are_found() -> None:
    assert {"--allow", "--resolve", "--recreate", "--rebind", "--accept-settings"} <= set(FLAGS)


def test_the_help_of_allow_lists_every_guard() -> None:
    (allow,) = (each for each in command("push").params if each.name == "allow")
    assert set(re.findall(r"[a-z]+", allow.help.partition(":")[2])) == set(Guard)
