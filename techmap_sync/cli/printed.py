"""Whether this run has a result on stdout already: JSON there is one document, to which no later error is added."""

from __future__ import annotations

from contextvars import ContextVar

RESULT: ContextVar[bool] = ContextVar("a result is on stdout", default=False)
