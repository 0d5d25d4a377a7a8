"""``ci`` and ``plan --comment``: what they do where something is missing, and what makes a job fail."""

from __future__ import annotations

import json
import re
from pathlib import Path

from techmap_sync.checkout import checkout_of
from tests.app.run import Ended, Program
from tests.ci.checkout import MAP, NAME, Origin, git
from tests.ci.job import about_a_pull_request, comments, commit_all, event, pushed
from tests.planning.maps import keys_of
from tests.simulators.github import GitHub, running

TEXT = MAP.read_text("utf-8")
TICKETS = len(keys_of(MAP))
SMALL = "# TECHNICAL MAP: {feature}\n\n## New Components\n- `Store`: keeps it\n\n**Implementation Ready**: Yes\n"


def in_conflict(job: Program, github: GitHub) -> None:
    """Let the map and a human change one title."""
    assert pushed(job).code == 0
    github.repository.issues[2].title = "A human's title"
    path = Path(NAME)
    path.write_text(TEXT.replace("Login Throttle", "Slow Logins"), encoding="utf-8")
    path.write_text(f"---\nid: login-throttle\n---\n{path.read_text('utf-8')}", encoding="utf-8")
    commit_all()
    github.forget()


def test_an_open_conflict_keeps_everything_from_being_written_when_asked(job: Program, github: GitHub) -> None:
    in_conflict(job, github)
    ended = pushed(job, "--fail-on", "conflicts", "--report", "markdown=summary.md")
    assert ended.code == 4, ended.out + ended.err
    assert github.writes == []
    assert "*Nothing was written, " in Path("summary.md").read_text("utf-8")
    assert "--resolve map KEY" in ended.out


def test_by_default_a_conflict_is_kept_and_the_rest_is_written(job: Program, github: GitHub) -> None:
    in_conflict(job, github)
    assert pushed(job).code == 0
    assert github.writes != []
    assert github.repository.issues[2].title == "A human's title"


def test_pending_changes_fail_a_review_only_when_asked(job: Program) -> None:
    assert job("ci").code == 0
    assert job("ci", "--fail-on", "changes").code == 3


def test_check_reads_no_tracker(job: Program, github: GitHub) -> None:
    ended = job("ci", "--command", "check", "--report", "json=report.json")
    assert ended.code == 0, ended.err
    assert github.requests == []
    assert json.loads(Path("report.json").read_text("utf-8"))["counts"]["skip"] == TICKETS


def test_a_review_without_a_token_gets_the_tasks_and_the_reason(job: Program, github: GitHub) -> None:
    job.monkeypatch.delenv("GITHUB_TOKEN")
    job.monkeypatch.setenv("GH_CONFIG_DIR", str(job.folder))
    ended = job("ci")
    assert ended.code == 0, ended.err
    assert github.requests == []
    assert "no token for github:octo/maps" in ended.out
    assert "No comment was written" in ended.out


def test_a_fork_whose_token_does_not_see_the_tracker_gets_the_tasks(job: Program, github: GitHub) -> None:
    about_a_pull_request(job, "mallory/maps")
    ended = job("ci", "--to", "github:octo/secret")
    assert ended.code == 0, ended.err
    assert "forks have no secrets" in ended.out
    assert "Create AttemptCounter" in comments(github)[0]
    about_a_pull_request(job)
    assert job("ci", "--to", "github:octo/secret").code == 5, "without a fork it is a wrong setting"


def test_a_fork_does_not_choose_where_the_token_goes(job: Program, github: GitHub) -> None:
    with running(GitHub()) as theirs:
        Path("techmap-sync.toml").write_text(f'api_url = "{theirs.base_url}"\n', encoding="utf-8")
        about_a_pull_request(job, "mallory/maps")
        ended = job("ci")
        assert ended.code == 0, ended.err
        assert theirs.requests == []
    assert "where a token goes" in comments(github)[0]
    assert "techmap-sync.toml: api\\_url ignored" in comments(github)[0]
    Path("techmap-sync.toml").unlink()
    assert job("ci").code == 0
    (only,) = comments(github)
    assert f"**Plan: {TICKETS} to create" in only


def test_a_change_without_maps_gets_no_comment(job: Program, github: GitHub) -> None:
    assert pushed(job).code == 0
    about_a_pull_request(job)
    assert job("ci").code == 0
    assert comments(github) == []


def test_a_review_of_an_older_commit_is_planned_all_the_same(job: Program, github: GitHub) -> None:
    """Merging it will make a commit that is newer than what was pushed."""
    origin = Origin(Path.cwd(), "")
    older = git(origin.folder, "rev-parse", "HEAD")
    origin.commit(TEXT.replace("AttemptCounter", "FailureCounter"), "2026-11-25T13:00:00Z")
    checkout_of.cache_clear()
    assert pushed(job).code == 0
    git(origin.folder, "checkout", "--quiet", older)
    checkout_of.cache_clear()
    assert pushed(job).code == 4
    about_a_pull_request(job)
    ended = job("ci")
    assert ended.code == 0, ended.out
    assert "refused" not in comments(github)[0]


def test_plan_keeps_the_comment_too(job: Program, github: GitHub) -> None:
    for _ in range(2):
        assert job("plan", "--comment").code == 0
    assert len(comments(github)) == 1
    event(job, "push", "refs/heads/trunk")
    ended = job("plan", "--comment")
    assert ended.code == 2
    assert "--comment" in ended.err


def test_a_tracker_that_fails_is_told_in_the_summary_and_as_an_annotation(job: Program, github: GitHub) -> None:
    job.monkeypatch.setenv("GITHUB_TOKEN", "ghs_wrong")
    ended = pushed(job, "--fail-on", "never", "--report", "markdown=summary.md")
    assert ended.code == 5
    assert ended.out.startswith("::error title=techmap-sync::github:octo/maps: ")
    assert "could not run" in Path("summary.md").read_text("utf-8")
    assert not (job.folder / "output").exists()


def test_a_run_that_stops_early_says_so_to_every_reader(job: Program, github: GitHub) -> None:
    ended = pushed(job, "--max-writes", "2", "--report", "markdown=summary.md", "--report", "github=-")
    assert ended.code == 5
    assert "\n::error title=techmap-sync::github:octo/maps: stopped" in ended.out
    assert "**Not complete:** github:octo/maps: stopped" in Path("summary.md").read_text("utf-8")
    assert "created<<" in (job.folder / "output").read_text("utf-8")
    assert pushed(job).code == 0
    assert len(github.repository.issues) == 1 + TICKETS


def test_the_paths_of_a_run_are_all_that_reconcile_knows(job: Program, github: GitHub) -> None:
    """A map that lies elsewhere would otherwise be reported as gone."""
    Path("elsewhere").mkdir()
    Path("elsewhere/map.md").write_text(TEXT.replace("Login Throttle", "Other"), encoding="utf-8")
    commit_all()
    ended = pushed(job, "--paths", "docs/maps\n\n  elsewhere  \n")
    assert ended.code == 0, ended.err
    assert "docs/maps/login-throttle.md" in ended.out
    assert "elsewhere/map.md" in ended.out


def of_three(job: Program, number: int) -> Ended:
    """Run as one of the runners of a matrix, on a machine of its own."""
    job.monkeypatch.setenv("CI_NODE_INDEX", str(number))
    job.monkeypatch.setenv("CI_NODE_TOTAL", "3")
    checkout_of.cache_clear()
    return job("ci")


def test_runners_that_share_the_maps_do_together_what_one_does(job: Program, github: GitHub) -> None:
    features = [f"Feature {number}" for number in range(6)]
    for feature in features:
        Path(NAME).with_name(f"{feature}.md").write_text(SMALL.format(feature=feature), encoding="utf-8")
    Path(NAME).unlink()
    commit_all()
    for number in (3, 2):
        assert of_three(job, number).code == 0
        assert comments(github) == [], "the first runner has the comment"
    for _ in range(2):
        assert of_three(job, 1).code == 0
        (only,) = comments(github)
        assert all(f"Implement {feature}" in only for feature in features), "whole, not the first runner's part"
    event(job, "push", "refs/heads/trunk")
    told = [of_three(job, number).err for number in (1, 2, 3)]
    assert all(f"shard {number} of 3: " in err for number, err in enumerate(told, 1))
    titles = [issue.title for issue in github.repository.issues.values()]
    assert sorted(title for title in titles if title.startswith("Implement ")) == sorted(
        f"Implement {feature}" for feature in features
    )
    assert len(titles) == 1 + 2 * len(features)


def named(github: GitHub, number: int) -> str:
    """Return the key of the task of an issue."""
    found = re.search(r'"key":"([^"]+)"', github.repository.issues[number].body or "")
    assert found
    return found[1]


def test_a_conflict_is_settled_by_the_flag_that_the_message_advises(job: Program, github: GitHub) -> None:
    in_conflict(job, github)
    refused = pushed(job, "--fail-on", "conflicts")
    assert "--resolve map KEY" in refused.out
    assert pushed(job, "--resolve", "tracker", "#2", "--fail-on", "conflicts").code == 0
    assert github.repository.issues[2].title == "A human's title"
    github.repository.issues[3].title = "Another title"
    assert pushed(job, "--resolve", "map", "3").code == 0
    assert github.repository.issues[3].title != "Another title"


def test_a_deleted_ticket_is_made_again_by_flag_alone(job: Program, github: GitHub) -> None:
    assert pushed(job).code == 0
    key = named(github, 3)
    github.repository.issues[3].gone = "deleted"
    kept = pushed(job)
    assert kept.code == 0
    assert f"--recreate {key}" in kept.out
    assert len(github.repository.issues) == 1 + TICKETS
    assert pushed(job, "--recreate", key).code == 0
    assert named(github, max(github.repository.issues)) == key
    assert pushed(job, "--recreate", "no/such/task").code == 2


def test_a_released_ticket_is_bound_again_and_a_pull_request_is_not(job: Program, github: GitHub) -> None:
    assert pushed(job).code == 0
    key = named(github, 3)
    github.repository.issues[3].body = "Our own words."
    assert f"--rebind {key}=3" in pushed(job).out
    github.forget()
    for number in ("1", "#1", "4711", "4"):
        ended = pushed(job, "--rebind", f"{key}={number}")
        assert ended.code == 2, ended.out + ended.err
    assert github.writes == []
    assert pushed(job, "--rebind", f"{key}=#3").code == 0
    assert named(github, 3) == key
    assert "Our own words." in github.repository.issues[3].body


def test_tickets_of_an_account_that_left_are_taken_over(job: Program, github: GitHub) -> None:
    assert pushed(job).code == 0
    tracking = next(n for n, i in github.repository.issues.items() if i.title.startswith("Implement "))
    github.repository.delete_account("github-actions[bot]")
    refused = pushed(job)
    assert refused.code == 4, refused.out + refused.err
    assert "adopted = " in refused.out
    assert len(github.repository.issues) == 1 + TICKETS
    adopted = pushed(job, "--adopted", str(tracking))
    assert adopted.code == 0, adopted.out + adopted.err
    assert len(github.repository.issues) == 1 + TICKETS
