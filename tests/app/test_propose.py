"""``ci --pull``: the ticks of completed tickets come back as one pull or merge request, on both servers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from techmap_sync.checkout import checkout_of
from techmap_sync.sync.review import BRANCH
from tests.app.run import Ended, Program
from tests.ci.job import about_a_pull_request, commit_all, event
from tests.simulators.bare import Bare
from tests.simulators.github import GitHub
from tests.simulators.github.proposals import ProposalRoom, Pull
from tests.simulators.gitlab import Simulator as GitLab
from tests.turns import in_turn

SPEC = "specs/001-pier/tasks.md"
TEXT = "# Tasks: Pier\r\n\r\n## Phase 1: Walk\r\n\r\n- [ ] T001 Measure @sara's `pier`\r\n- [ ] T002 Walk it\r\n"
SECRET = "ghs_job"


@dataclass
class Repository:
    """A repository on a server, and a job about its default branch."""

    job: Program
    bare: Bare
    run: Callable[..., Ended]
    close_tickets: Callable[[], object]
    requests: Callable[[], list[tuple[str, str, str]]]
    """(state, title, text) of each pull or merge request."""
    sent: Callable[[], list[str]]
    """The writes to branches and pull requests."""

    def update(self) -> None:
        """Let the server have what the checkout has committed."""
        self.bare.git("fetch", "--quiet", str(Path.cwd()), "+HEAD:refs/heads/trunk")


def written(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode())


@pytest.fixture
def repository(job: Program) -> Path:
    """The checkout of a job: one spec, and no maps."""
    written("techmap-sync.toml", 'families = ["spec-kit"]\njobs = 1\n')
    written(SPEC, TEXT)
    commit_all()
    return Path.cwd()


@pytest.fixture
def on_github(job: Program, repository: Path, github: GitHub) -> Repository:
    bare = Bare.of(repository, job.folder / "bare.git")
    room = github.world.proposals = ProposalRoom(bare)

    def run(*flags: str) -> Ended:
        event(job, "push", "refs/heads/trunk")
        return job("ci", "--pull", "pull-request", *flags)

    def close_tickets() -> None:
        for issue in github.repository.issues.values():
            if not issue.is_pull_request:
                issue.state, issue.state_reason = "closed", "completed"

    return Repository(
        job,
        bare,
        run,
        close_tickets,
        lambda: [("merged" if p.merged else p.state, p.title, p.body) for p in room.pulls],
        lambda: [r.path for r in github.writes if "/git/" in r.path or "/pulls" in r.path],
    )


@pytest.fixture
def on_gitlab(job: Program, repository: Path, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch) -> Repository:
    world = gitlab.world
    bare = world.repository = Bare.of(repository, job.folder / "bare.git")
    for name in ("GITHUB_ACTIONS", "GITHUB_EVENT_NAME", "GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "GITLAB_CI": "true",
        "CI_SERVER_URL": gitlab.url,
        "CI_PROJECT_ID": str(world.id),
        "CI_PROJECT_PATH": "group/project",
        "CI_COMMIT_BRANCH": "trunk",
        "CI_DEFAULT_BRANCH": "trunk",
        "CI_PIPELINE_SOURCE": "push",
    }.items():
        monkeypatch.setenv(name, value)

    def close_tickets() -> None:
        for issue in world.issues.values():
            issue.state = "closed"

    return Repository(
        job,
        bare,
        lambda *flags: job("ci", "--pull", "merge-request", *flags),
        close_tickets,
        lambda: [(m.state, m.title, m.description) for m in world.proposed],
        lambda: [each for each in gitlab.writes if "/repository/" in each or "/merge_requests" in each],
    )


pytest_generate_tests = in_turn("place", ("github", "gitlab"))


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Repository:
    found: Repository = request.getfixturevalue(f"on_{request.param}")
    return found


def test_ticks_come_back_as_one_request_on_a_branch_of_its_own(place: Repository) -> None:
    ended = place.run()
    assert ended.code == 0, ended.out + ended.err
    assert place.requests() == [] == place.sent(), "nothing is completed, so nothing is asked"
    trunk = place.bare.head("trunk")
    place.close_tickets()
    ended = place.run("--report", "json=report.json")
    assert ended.code == 0, ended.out + ended.err
    ((state, title, text),) = place.requests()
    assert state in ("open", "opened")
    assert "2 boxes" in title
    assert "@sara" not in text, "nobody is mentioned"
    commit = place.bare.head(BRANCH)
    assert place.bare.paths(trunk, commit) == [SPEC]
    assert place.bare.content(commit, SPEC) == TEXT.replace("[ ]", "[x]").strip(), "nothing but the boxes changes"
    wanted = hashlib.sha1(b"blob %d\0" % len(TEXT.encode()) + TEXT.replace("[ ]", "[x]").encode()).hexdigest()
    assert place.bare.git("rev-parse", f"{commit}:{SPEC}") == wanted, "byte for byte"
    assert place.bare.head("trunk") == trunk, "the default branch is never written"
    assert Path(SPEC).read_bytes() == TEXT.encode(), "nor is the working tree"
    assert any("opened" in remark for remark in json.loads(Path("report.json").read_text("utf-8"))["remarks"])
    before = place.sent()
    assert place.run().code == 0
    assert place.sent() == before, "what is proposed already is not written again"


def test_a_branch_that_a_person_edited_stays_as_it_is(place: Repository) -> None:
    place.run()
    place.close_tickets()
    place.run()
    mine = place.bare.commit("Correct it", place.bare.tree("trunk"), place.bare.head(BRANCH))
    place.bare.put(BRANCH, mine)
    written(SPEC, TEXT + "\r\n## Phase 2: Paint\r\n\r\n- [ ] T003 Paint it\r\n")
    commit_all()
    place.update()
    place.run()
    place.close_tickets()
    ended = place.run()
    assert place.bare.head(BRANCH) == mine
    assert "not ours" in ended.out + ended.err


def test_more_ticks_replace_what_was_proposed_on_the_newest_commit(place: Repository) -> None:
    place.run()
    place.close_tickets()
    place.run()
    written(SPEC, TEXT + "\r\n## Phase 2: Paint\r\n\r\n- [ ] T003 Paint it\r\n")
    commit_all()
    place.update()
    place.run()
    place.close_tickets()
    assert place.run().code == 0
    assert len(place.requests()) == 1
    assert "3 boxes" in place.requests()[0][1]
    assert place.bare.paths("trunk", BRANCH) == [SPEC]
    assert place.bare.git("rev-parse", f"{BRANCH}^") == place.bare.head("trunk")


def test_a_text_that_no_commit_holds_is_not_proposed(place: Repository) -> None:
    place.run()
    place.close_tickets()
    written(SPEC, TEXT + "\r\nMore.\r\n")
    ended = place.run("--allow", "uncommitted")
    assert place.requests() == []
    assert SPEC in ended.out + ended.err


def test_a_run_about_a_pull_request_or_a_branch_proposes_nothing(on_github: Repository, github: GitHub) -> None:
    place = on_github
    place.run()
    place.close_tickets()
    for home in ("octo/maps", "mallory/maps"):
        about_a_pull_request(place.job, home)
        for flags in ([], ["--command", "push", "--allow", "branch"]):
            place.job("ci", "--pull", "pull-request", *flags)
    event(place.job, "push", "refs/heads/idea")
    place.job("ci", "--pull", "pull-request", "--command", "push", "--allow", "branch")
    assert place.requests() == [] == place.sent()


def test_a_request_from_a_fork_with_the_same_branch_is_not_ours(on_github: Repository, github: GitHub) -> None:
    assert github.world.proposals
    github.world.proposals.pulls.append(Pull(99, BRANCH, "trunk", "Theirs", "Mine", repository="octo/fork"))
    place = on_github
    place.run()
    place.close_tickets()
    place.run()
    assert "Theirs" in [title for _, title, _ in place.requests()]
    assert len(place.requests()) == 2


def test_a_token_that_may_not_is_told_which_permissions_it_needs(on_github: Repository, github: GitHub) -> None:
    place, room = on_github, github.world.proposals
    assert room
    place.run()
    place.close_tickets()
    room.may_open = False
    ended = place.run()
    assert ended.code == 5
    assert "pull-requests: write" in ended.err
    assert SECRET not in ended.out + ended.err
    room.may_open = True
    assert place.run().code == 0
    assert len(place.requests()) == 1, "the commit that was made already is taken"


def test_outside_of_known_cis_there_is_nowhere_to_propose(program: Program) -> None:
    checkout_of.cache_clear()
    ended = program("ci", "--command", "push", "--pull", "pull-request", "--to", "backlog:b")
    assert ended.code == 2
