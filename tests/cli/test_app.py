"""Commands are found by the names of their files."""

from __future__ import annotations

import pytest

from techmap_sync.cli.app import COMMANDS, command
from tests.app.run import Program


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_in_the_file_of_its_name(name: str) -> None:
    assert command(name).name == name
    assert command(name).epilog.startswith(f"Example: techmap-sync {name}")


def test_a_misspelled_command_is_answered_with_the_nearest_of_all(program: Program) -> None:
    ended = program("reconcil")
    assert ended.code == 2
    assert "Did you mean 'reconcile'?" in ended.err
