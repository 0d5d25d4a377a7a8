"""``${{ }}`` of GitHub Actions, as far as ``action.yml`` uses it: names of contexts, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"[a-z_]+(\.[A-Za-z_][\w-]*)+")


def evaluate(text: str, contexts: Mapping[str, Any]) -> str:
    """Return a text with its expressions replaced; what is unknown here is an error, not an empty text.

    An output that a step has not set is empty, as on GitHub.
    """
    return _EXPRESSION.sub(lambda found: _value(found[1].strip(), contexts), text)


def _value(expression: str, contexts: Mapping[str, Any]) -> str:
    if not _PATH.fullmatch(expression):
        raise ValueError(f"not understood: {expression}")
    value: Any = contexts
    *above, last = expression.split(".")
    for name in above:
        value = value[name]
    return str(value.get(last, "") if above[-1] == "outputs" else value[last])
