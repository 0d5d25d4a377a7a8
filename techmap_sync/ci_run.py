"""A CI as the program sees it: what it says about the run that it started. Each vendor's own is in its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class CiCommand(StrEnum):
    """What a CI run does, by the names on the command line."""

    CHECK = "check"
    PLAN = "plan"
    PUSH = "push"
    RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class CiRun:
    """What a CI says about the commit that it runs for."""

    what: str
    """``the branch idea``, ``the tag v1``, ``pull request 12``."""
    branch: str = ""
    """Empty for a tag or a review."""
    default_branch: str = ""
    """Empty when the CI does not say."""
    commit: str = ""
    repository: str = ""
    """Path of the repository on its server."""

    @property
    def is_on_default_branch(self) -> bool:
        """Whether the CI says so."""
        return bool(self.branch) and self.branch == self.default_branch

    @property
    def elsewhere(self) -> str:
        """What a run outside the default branch is about."""
        return f"{self.branch or self.what}, which is not the default branch {self.default_branch}".rstrip()


@dataclass(frozen=True, slots=True)
class ReviewPlace:
    """The pull or merge request that a run is about."""

    kind: str
    """Name of the tracker's kind."""
    target: str
    """The repository or project in which it is."""
    number: str


@dataclass(frozen=True, slots=True)
class CiEvent:
    """Why a CI started a run, and which command it runs."""

    command: CiCommand
    reason: str
    """To follow "because of": ``a push to main, the default branch``."""
    review: ReviewPlace | None = None
    forked: bool = False
    """The change comes from another repository, whose runs get no secrets."""


class Ci:
    """A CI. What a subclass does not override has the careful answer: nothing is known, so nothing is trusted."""

    name = "a CI"
    workspace_variable = ""
    """Variable with the folder of the checkout."""
    summary_variable = ""
    """Variable with the file to which a job adds its summary."""
    outputs_variable = ""
    """Variable with the file to which a step adds its outputs."""
    job_variables: tuple[str, ...] = ()
    """Variables that together distinguish one job of a pipeline from the others."""
    takes_commands = False
    """The runner shows problems that are printed as its commands (``reports/github_actions.py``)."""

    def runs(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this process."""
        return False

    def tells_its_event(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this process, or the variables of its event were passed on to it."""
        return self.runs(variables)

    def api_url(self, variables: Mapping[str, str]) -> str:
        """Return the address of its server's API; empty where it does not say."""
        return ""

    def host(self, variables: Mapping[str, str]) -> str:
        """Return the address or the host by which people know its server; empty where it does not say."""
        return ""

    def target(self, variables: Mapping[str, str]) -> str:
        """Return its repository as in ``--to`` after the colon; empty where it does not say."""
        return ""

    def path(self, variables: Mapping[str, str]) -> str:
        """Return the path of its repository on the server; empty where it does not say."""
        return self.target(variables)

    def run(self, variables: Mapping[str, str]) -> CiRun:
        """Return the commit that it runs for."""
        return CiRun("a commit without a branch")

    def event(self, variables: Mapping[str, str], run: CiRun) -> CiEvent:
        """Return why a run was started, and which command it runs."""
        return CiEvent(CiCommand.PLAN, run.what)

    def doubt(self, variables: Mapping[str, str]) -> str:
        """Return why the checkout is not trusted, to follow "because"; empty when it is."""
        return f"{self.name} does not say whose code it runs"

    def actor(self, variables: Mapping[str, str]) -> str:
        """Return the account that started the run."""
        return ""

    def run_url(self, variables: Mapping[str, str]) -> str:
        """Return the address of the run's page."""
        return ""

    def section(self, title: str, write: Callable[[str], None]) -> Iterator[None]:
        """Open a section of the log before what is printed, and close it after; a generator that yields once.

        :param write: prints a line that the runner may obey.
        """
        yield
