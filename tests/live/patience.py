"""Waits for a server's limits as long as they last: nobody sits before a live run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from techmap_sync.errors import BudgetSpent

Answer = TypeVar("Answer")
_LEAST = 60.0
_MOST_TIMES = 5


@dataclass
class Patience:
    """How this run waits, and what it says meanwhile."""

    sleep: Callable[[float], None]
    say: Callable[[str], None]

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Return an answer, asked for again after a wait where a limit was in the way: that had no effect.

        :raises BudgetSpent: the server wants to wait again and again.
        """
        for _ in range(_MOST_TIMES):
            try:
                return question()
            except BudgetSpent as spent:
                seconds = max(spent.seconds_to_wait, _LEAST)
                self.say(f"\nwaiting {math.ceil(seconds / 60)} min for a limit of the server")
                self.sleep(seconds)
        return question()
