"""What a test marked ``unit`` cannot do, tried by one."""

from __future__ import annotations

import socket
import subprocess

import pytest


def test_a_test_of_units_starts_no_program(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("unit")
    with pytest.raises(pytest.fail.Exception, match="no program"):
        subprocess.run(["true"], check=True)


def test_a_test_of_units_connects_to_no_server() -> None:
    with socket.socket() as client, pytest.raises(pytest.fail.Exception, match="no server"):
        client.connect(("127.0.0.1", 9))
