"""GitLab CI: what its variables say of a pipeline. Its runner leaves a detached HEAD, so the checkout does not tell.

https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping

from techmap_sync.ci_run import Ci, CiRun, Deed, Occasion, ReviewPlace

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
        """Whether it runs this, or somebody handed on what started the pipeline."""
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

    def occasion(self, variables: Mapping[str, str], run: CiRun) -> Occasion:
        """Return what the source of the pipeline asks for."""
        source, number = variables.get("CI_PIPELINE_SOURCE", ""), variables.get("CI_MERGE_REQUEST_IID", "")
        if number:
            home = variables.get("CI_MERGE_REQUEST_PROJECT_ID") or self.target(variables)
            forked = variables.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", home) != home
            return Occasion(Deed.PLAN, f"merge request {number}", ReviewPlace("gitlab", home, number), forked)
        if not run.is_on_default_branch:
            return Occasion(Deed.PLAN, f"a pipeline on {run.elsewhere}")
        if source == "push":
            return Occasion(Deed.PUSH, f"a push to {run.branch}, the default branch")
        if source == "parent_pipeline":
            return Occasion(Deed.PUSH, f"a child pipeline on {run.branch}, the default branch")
        if source in _ON_REQUEST:
            return Occasion(Deed.RECONCILE, "a schedule" if source == "schedule" else "a start by hand")
        return Occasion(Deed.PLAN, f"a pipeline by {source or 'an unknown source'}")

    def doubt(self, variables: Mapping[str, str]) -> str:
        """Return why nobody vouches for the code that the pipeline is about."""
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
