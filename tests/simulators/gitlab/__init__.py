"""A GitLab server on loopback, as far as its REST documentation describes what this project asks of it."""

from tests.simulators.gitlab.faults import At, Refused
from tests.simulators.gitlab.server import Simulator
from tests.simulators.gitlab.world import Issue

__all__ = ["At", "Issue", "Refused", "Simulator"]
