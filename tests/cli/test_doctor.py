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


def test_doctor_says_the_same_as_json(program: Program, github: GitHub) -> None:
    text = program("doctor", *on_github(github)).out
    ended = program("doctor", *on_github(github), "--format", "json")
    said = ended.json
    assert (ended.code, said["schema"], said["ok"]) == (0, 1, True)
    assert said["tracker"] == text.splitlines()[0]
    assert [f"  ok  {check['what']}: {check['detail']}" for check in said["checks"]] == text.splitlines()[1:]
