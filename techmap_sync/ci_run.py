"""A CI as the program knows it: what it says of the run that it has started. Each vendor's own is in its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What a CI run does, by the names that the command line takes."""

    CHECK = "check"
    PLAN = "plan"
    PUSH = "push"
    RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class CiRun:
    """What a CI says of the commit that it runs for."""

    what: str
    """``the branch idea``, ``the tag v1``, ``pull request 12``."""
    branch: str = ""
    """Empty for a tag or a review."""
    default_branch: str = ""
    """Empty when the CI does not tell."""
    commit: str = ""
    repository: str = ""
    """Path of the repository on its server."""

    @property
    def is_on_default_branch(self) -> bool:
        """Whether the CI says so."""
        return bool(self.branch) and self.branch == self.default_branch

    @property
    def elsewhere(self) -> str:
        """What a run that is not on the default branch is about."""
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
class Occasion:
    """Why a run takes place, and what it does."""

    deed: Deed
    because: str
    """To follow "because of": ``a push to main, the default branch``."""
    review: ReviewPlace | None = None
    forked: bool = False
    """The change comes from another repository, whose runs get no secrets."""


class Ci:
    """A CI. What a subclass leaves as it is here is the careful answer: nothing is known, so nobody is trusted."""

    name = "a CI"
    workspace_variable = ""
    """Holds the folder of the checkout."""
    summary_variable = ""
    """Holds the file to which a job adds its summary."""
    outputs_variable = ""
    """Holds the file to which a step adds what it hands on."""
    job_variables: tuple[str, ...] = ()
    """Together they tell one job of a pipeline from the others."""
    takes_commands = False
    """The runner shows problems that are printed as its commands (``reports/github_actions.py``)."""

    def runs(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this process."""
        return False

    def tells_its_event(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this, or somebody handed on the variables by which it tells its event."""
        return self.runs(variables)

    def api_url(self, variables: Mapping[str, str]) -> str:
        """Return the address of the API of its own server; empty where it does not tell."""
        return ""

    def host(self, variables: Mapping[str, str]) -> str:
        """Return the address or the host by which people know its server; empty where it does not tell."""
        return ""

    def target(self, variables: Mapping[str, str]) -> str:
        """Return its repository as ``--to`` takes it behind the colon; empty where it does not tell."""
        return ""

    def path(self, variables: Mapping[str, str]) -> str:
        """Return the path of its repository on the server; empty where it does not tell."""
        return self.target(variables)

    def run(self, variables: Mapping[str, str]) -> CiRun:
        """Return which commit it runs for."""
        return CiRun("a commit without a branch")

    def occasion(self, variables: Mapping[str, str], run: CiRun) -> Occasion:
        """Return what a run is about, and what is to be done."""
        return Occasion(Deed.PLAN, run.what)

    def doubt(self, variables: Mapping[str, str]) -> str:
        """Return why nobody vouches for the checkout, to follow "because"; empty when it is trusted."""
        return f"{self.name} does not tell whose code it runs"

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
