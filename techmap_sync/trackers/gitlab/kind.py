"""GitLab, as the rest of the program knows it, and GitLab CI: what its variables say about a pipeline.

Its runner checks out a detached HEAD, so the checkout does not name the branch.

https://docs.gitlab.com/user/gitlab_com/#alternative-ssh-port
https://docs.gitlab.com/cli/#environment-variables
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from techmap_sync import files
from techmap_sync.ci_run import Ci, CiCommand, CiEvent, CiRun, ReviewPlace
from techmap_sync.errors import UnreadableFile, UsageProblem
from techmap_sync.registry import OwnersFile, Servers, Start, TrackerKind, WebLinks

_REVIEWS = {
    "CI_MERGE_REQUEST_IID": "merge request",
    "CI_MERGE_REQUEST_REF_PATH": "merge request",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "merge request",
    "CI_EXTERNAL_PULL_REQUEST_IID": "pull request",
}
"""Variables that only the pipeline of a review has; pipelines that it starts have them too."""
_REVIEW_SOURCES = ("merge_request_event", "external_pull_request_event")
_ON_REQUEST = ("schedule", "web", "api", "trigger", "pipeline", "chat")
_BY_MEMBERS = frozenset({"push", "webide", "parent_pipeline", *_ON_REQUEST})


class GitLabCi(Ci):
    """A pipeline."""

    name = "GitLab CI"
    workspace_variable = "CI_PROJECT_DIR"
    job_variables = ("CI_JOB_NAME",)

    def runs(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this process."""
        return variables.get("GITLAB_CI") == "true"

    def tells_its_event(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this process, or the source of the pipeline was passed on to it."""
        return self.runs(variables) or bool(variables.get("CI_PIPELINE_SOURCE"))

    def api_url(self, variables: Mapping[str, str]) -> str:
        """Return the address of the server, under which its API is."""
        return variables.get("CI_SERVER_URL", "") or variables.get("CI_API_V4_URL", "")

    def host(self, variables: Mapping[str, str]) -> str:
        """Return the host of the server, or its address."""
        return variables.get("CI_SERVER_HOST", "") or variables.get("CI_SERVER_URL", "")

    def target(self, variables: Mapping[str, str]) -> str:
        """Return the number of the project."""
        return variables.get("CI_PROJECT_ID", "")

    def path(self, variables: Mapping[str, str]) -> str:
        """Return ``group/name``."""
        return variables.get("CI_PROJECT_PATH", "")

    def run(self, variables: Mapping[str, str]) -> CiRun:
        """Return which commit the pipeline runs for."""
        default, commit = variables.get("CI_DEFAULT_BRANCH", ""), variables.get("CI_COMMIT_SHA", "")
        home, name = self.path(variables), variables.get("CI_COMMIT_REF_NAME", "")
        by_review = next((kind for variable, kind in _REVIEWS.items() if variables.get(variable)), "")
        if (
            by_review
            or variables.get("CI_PIPELINE_SOURCE") in _REVIEW_SOURCES
            or name.startswith("refs/merge-requests/")
        ):
            number = variables.get("CI_MERGE_REQUEST_IID") or variables.get("CI_EXTERNAL_PULL_REQUEST_IID", "")
            return CiRun(f"{by_review or 'merge request'} {number}".rstrip(), "", default, commit, home)
        branch, tag = variables.get("CI_COMMIT_BRANCH", ""), variables.get("CI_COMMIT_TAG", "")
        if tag or not branch:
            what = f"the tag {tag}" if tag else f"the ref {name}" if name else "a commit without a branch"
            return CiRun(what, "", default, commit, home)
        return CiRun(f"the branch {branch}", branch, default, commit, home)

    def event(self, variables: Mapping[str, str], run: CiRun) -> CiEvent:
        """Return which command the source of the pipeline asks for."""
        source, number = variables.get("CI_PIPELINE_SOURCE", ""), variables.get("CI_MERGE_REQUEST_IID", "")
        if number:
            home = variables.get("CI_MERGE_REQUEST_PROJECT_ID") or self.target(variables)
            forked = variables.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", home) != home
            return CiEvent(CiCommand.PLAN, f"merge request {number}", ReviewPlace("gitlab", home, number), forked)
        if not run.is_on_default_branch:
            return CiEvent(CiCommand.PLAN, f"a pipeline on {run.elsewhere}")
        if source == "push":
            return CiEvent(CiCommand.PUSH, f"a push to {run.branch}, the default branch")
        if source == "parent_pipeline":
            return CiEvent(CiCommand.PUSH, f"a child pipeline on {run.branch}, the default branch")
        if source in _ON_REQUEST:
            return CiEvent(CiCommand.RECONCILE, "a schedule" if source == "schedule" else "a start by hand")
        return CiEvent(CiCommand.PLAN, f"a pipeline by {source or 'an unknown source'}")

    def doubt(self, variables: Mapping[str, str]) -> str:
        """Return why the code that the pipeline is about is not trusted."""
        source = variables.get("CI_PIPELINE_SOURCE", "")
        if source == "merge_request_event" or variables.get("CI_MERGE_REQUEST_IID"):
            theirs = variables.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "")
            home = variables.get("CI_MERGE_REQUEST_PROJECT_ID", "")
            if variables.get("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train":
                return "it is a merge train"
            where = f"project {theirs}" if theirs else "an unknown project"
            return "" if theirs and theirs == home else f"the merge request is from {where}"
        if source == "external_pull_request_event" or variables.get("CI_EXTERNAL_PULL_REQUEST_IID"):
            return "it is about a pull request on another server"
        return "" if source in _BY_MEMBERS else f"a pipeline by {source or 'an unknown source'} is not known"

    def actor(self, variables: Mapping[str, str]) -> str:
        """Return the account that started the pipeline."""
        return variables.get("GITLAB_USER_LOGIN", "")

    def run_url(self, variables: Mapping[str, str]) -> str:
        """Return the address of the job's page."""
        return variables.get("CI_JOB_URL", "")

    def section(self, title: str, write: Callable[[str], None]) -> Iterator[None]:
        """https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections"""
        name = re.sub(r"\W+", "_", title).lower()
        write(f"\x1b[0Ksection_start:{int(time.time())}:{name}\r\x1b[0K{title}")
        try:
            yield
        finally:
            write(f"\x1b[0Ksection_end:{int(time.time())}:{name}\r\x1b[0K")


PIPELINE = ".gitlab-ci.yml"
JOB_FILE = ".gitlab/techmap-sync.yml"
"""Has the job where the pipeline is not ours."""
_COMPONENT = "component: gitlab.com/techmap-sync/techmap-sync/techmap-sync@"
_LOCAL = f"local: {JOB_FILE}"
_STAGE = "test"
_OURS = "Written by techmap-sync init"
_SHARED = "gitlab.com"
TO_MAKE = (
    "the pipeline needs a token: make the CI/CD variable GITLAB_TOKEN, masked, of a project, group or personal access "
    "token with scope api and the role Planner or higher"
)


def pipeline(start: Start) -> tuple[dict[str, str], str]:
    """Return the files of the pipeline, which on the public server is a component from its catalogue.

    :raises UsageProblem: the existing pipeline cannot be read.
    """
    whole = start.fill("gitlab-include.yml" if start.host == _SHARED else "gitlab-ci.yml")
    files, remark = pipeline_files(_existing(start.root / PIPELINE, start.root), whole)
    return files, f"{remark}{TO_MAKE}"


def pipeline_files(existing: str, whole: str) -> tuple[dict[str, str], str]:
    """Return the files of a pipeline by their paths, and what to say about the existing one.

    An existing pipeline of the project is not changed.

    :param existing: the existing pipeline, or an empty text.
    :param whole: the pipeline of a project that has no other job.
    """
    if not existing or _OURS in existing.partition("\n")[0]:
        return {PIPELINE: whole}, ""
    stage = _stage_beside(existing)
    if _COMPONENT in whole:
        lines = whole[whole.index("include:") :] + ("" if stage == _STAGE else f"    inputs:\n      stage: {stage}\n")
        return {}, _to_add(lines, existing, _COMPONENT)
    job = whole.replace(f"  stage: {_STAGE}\n", f"  stage: {stage}\n")
    return {JOB_FILE: job}, _to_add(f"include:\n  - {_LOCAL}\n", existing, _LOCAL)


def _to_add(lines: str, existing: str, sign: str) -> str:
    if sign in existing:
        return ""
    shown = "".join(f"  {line}\n" for line in lines.splitlines())
    return f"{PIPELINE} is there already and stays as it is; add these lines, to its include if it has one:\n\n{shown}"


def _stage_beside(existing: str) -> str:
    """Return the stage for our job: the usual one, else the first of the pipeline's own."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        pipeline = YAML().load(existing)  # accepts unknown tags such as !reference
    except YAMLError:
        return _STAGE
    stages = pipeline.get("stages") if isinstance(pipeline, dict) else None
    own = [stage for stage in stages if isinstance(stage, str)] if isinstance(stages, list) else []
    return own[0] if own and _STAGE not in own else _STAGE


def _existing(path: Path, root: Path) -> str:
    """Return the text of a file of the repository, or an empty text."""
    if not os.path.lexists(path):
        return ""
    try:
        return files.read(path, files.MIB, root).decode(errors="replace")
    except UnreadableFile as problem:
        raise UsageProblem(f"{path.name} {problem.what}", problem.hint) from problem


KIND = TrackerKind(
    name="gitlab",
    title="GitLab",
    target="GROUP/NAME",
    connect="techmap_sync.trackers.gitlab.tracker:connect",
    servers=Servers(
        public_api="https://gitlab.com",
        aliases={"altssh.gitlab.com": "gitlab.com", "www.gitlab.com": "gitlab.com"},
        own_host_prefix="gitlab.",  # how GitLab's documents call a server of one's own
        tokens=("TECHMAP_SYNC_GITLAB_TOKEN", "GITLAB_TOKEN"),
        login=("glab", "config", "get", "token", "--host"),
        host_variables=("GITLAB_HOST", "GL_HOST"),
        answered_by=("GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN", "GITLAB_CI"),
    ),
    web=WebLinks("/-/blob/{commit}/", "/-/raw/{commit}/", "#L{first}-{last}"),
    ci=GitLabCi(),
    # https://docs.gitlab.com/user/project/codeowners/#codeowners-file
    owners_file=OwnersFile(
        ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"), "techmap_sync.trackers.gitlab.code_owners:read"
    ),
    names=("iteration", "epic"),
    review="techmap_sync.trackers.gitlab.review:GitLabReview",
    proposals="techmap_sync.trackers.gitlab.review:GitLabProposals",
    start="techmap_sync.trackers.gitlab.kind:pipeline",
)
