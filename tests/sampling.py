"""Which cases a test tries: all where ``EVERYTHING=1``, otherwise a sample that is the same in each run and process.

``make test-all`` and the nightly workflow set the variable. What a sample leaves out is counted here by name, and the
last lines of a run show it (``tests/conftest.py``), so that nobody takes a sample for the whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations, product
from typing import TypeVar

Case = TypeVar("Case")
Other = TypeVar("Other")
Values = tuple[Hashable, ...]
Combination = TypeVar("Combination", bound=tuple[Hashable, ...])


class Sampling:
    """Takes all cases or a sample of them.

    :param everything: whether every case is taken
    """

    def __init__(self, *, everything: bool) -> None:
        self.everything = everything
        self.left_out: dict[str, tuple[str, int, int]] = {}
        """Name, how many were left out, and of how many. The key keeps two processes from counting the same twice."""

    def summary(self) -> list[str]:
        """Return a line for each name."""
        counts: dict[str, list[int]] = {}
        for name, left_out, of in self.left_out.values():
            count = counts.setdefault(name, [0, 0])
            count[0] += left_out
            count[1] += of
        return [f"{left_out:,} of {of:,} {name}" for name, (left_out, of) in sorted(counts.items())]

    def times(self, name: str, sample: int, everything: int) -> int:
        """Return how often something random is tried, or how large something generated is.

        :param name: what is counted, in the plural, for the summary
        """
        if self.everything or sample >= everything:
            return everything
        self._note(name, "", everything - sample, everything)
        return sample

    def spread(
        self,
        name: str,
        cases: Iterable[Case],
        most: int,
        *,
        kind: Callable[[Case], Hashable] | None = None,
        where: str = "",
    ) -> list[Case]:
        """Return the first case, the last one, the first of each kind and others at even distances, in their order.

        :param name: what the cases are, in the plural, for the summary
        :param most: how many are taken beside the first of each kind, two or more
        :param where: which of several lists of this name it is
        """
        every = list(cases)
        if self.everything or len(every) <= most:
            return every
        places = {round(place * (len(every) - 1) / (most - 1)) for place in range(most)}
        if kind:
            kinds = [kind(case) for case in every]
            places |= {kinds.index(each) for each in kinds}
        if len(places) < len(every):
            self._note(name, where, len(every) - len(places), len(every))
        return [every[place] for place in sorted(places)]

    def in_turn(self, name: str, cases: Iterable[Case], most: int, turn: int, *, where: str = "") -> list[Case]:
        """Return some of the cases: the next ones in each turn, so that enough turns together take every case.

        :param name: what the cases are, in the plural, for the summary
        :param most: how many are taken
        :param turn: which of several lists of this name it is, from 0
        :param where: tells lists of this name apart that have the same turn
        """
        every = list(cases)
        if self.everything or len(every) <= most:
            return every
        self._note(name, where or str(turn), len(every) - most, len(every))
        return [every[(turn * most + place) % len(every)] for place in range(most)]

    def meeting_in_turn(self, name: str, cases: Iterable[Case], others: Sequence[Other]) -> list[tuple[Case, Other]]:
        """Return each case with one of the others, in turn; where every case is taken, with each of them.

        :param name: what the pairs are, in the plural, for the summary
        """
        return [(case, other) for place, case in enumerate(cases) for other in self.in_turn(name, others, 1, place)]

    def covering(self, name: str, cases: Iterable[Combination], together: int = 2) -> list[Combination]:
        """Return cases in which each value of each dimension meets each value of each other dimension.

        Only what meets in the given cases can meet in the sample.

        :param name: what the cases are, in the plural, for the summary
        :param together: how many dimensions: 2 for all pairs, 1 for each value
        """
        every = list(dict.fromkeys(cases))
        if self.everything:
            return every
        taken = covering(every, together)
        if len(taken) < len(every):
            self._note(name, "", len(every) - len(taken), len(every))
        return taken

    def pairs(self, name: str, *dimensions: Iterable[Hashable]) -> list[Values]:
        """Return combinations of the dimensions' values in which each two values meet."""
        return self.covering(name, product(*dimensions))

    def _note(self, name: str, where: str, left_out: int, of: int) -> None:
        self.left_out[f"{name} {where}"] = (name, left_out, of)


def covering(every: Sequence[Combination], together: int) -> list[Combination]:
    """Return the fewest cases that a greedy choice finds, in their order."""
    meetings = {case: set(combinations(enumerate(case), min(together, len(case)))) for case in every}
    open_ = set().union(*meetings.values())
    taken: set[Combination] = set()
    while open_:
        # The first of the best: max() keeps the order of the cases, so each process takes the same ones.
        best = max(every, key=lambda case: len(meetings[case] & open_))
        taken.add(best)
        open_ -= meetings[best]
    return [case for case in every if case in taken]


sampling = Sampling(everything=os.environ.get("EVERYTHING", "") not in ("", "0"))
"""What this run takes."""
