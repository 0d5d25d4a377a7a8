"""``doctor``: looks at a tracker and writes nothing."""

from __future__ import annotations

from tests.app.run import Program, on_github, on_gitlab
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab


def test_doctor_looks_and_writes_nothing(program: Program, github: GitHub, gitlab: GitLab) -> None:
    for server, to in ((github, on_github(github)), (gitlab, on_gitlab(gitlab))):
        ended = program("doctor", *to)
        assert ended.code == 0, ended.out + ended.err
        assert "duplicate tickets: none" in ended.out
        assert not server.writes
