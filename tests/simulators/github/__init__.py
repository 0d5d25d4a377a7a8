"""GitHub over loopback HTTP, as far as its documentation tells: what the program uses of it, and nothing that it lacks.

Anything that is not documented, or not played here, is answered with status 501, so that no invented call passes.
"""

from tests.simulators.github.clock import SimulatedClock
from tests.simulators.github.faults import At, Fault, Kind, Refused
from tests.simulators.github.limits import Limits
from tests.simulators.github.server import GitHub, running
from tests.simulators.github.state import Account, Issue, Repository

__all__ = [
    "Account",
    "At",
    "Fault",
    "GitHub",
    "Issue",
    "Kind",
    "Limits",
    "Refused",
    "Repository",
    "SimulatedClock",
    "running",
]
