"""What stands after ``--allow``: the guards that one run lifts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from techmap_sync.errors import UsageProblem
from techmap_sync.syncing.guard import Guard

_BETWEEN = re.compile(r"[\s,]+")


def allowances(texts: Iterable[str]) -> frozenset[str]:
    """Return the guards that are lifted; a text may name several, as an input of a CI does.

    :raises UsageProblem: there is no such guard.
    """
    names = [name for text in texts for name in _BETWEEN.split(text) if name]
    unknown = next((name for name in names if name not in list(Guard)), "")
    if unknown:
        raise UsageProblem(f"not understood: --allow {unknown}", f"--allow takes {', '.join(Guard)}")
    return frozenset(names)
