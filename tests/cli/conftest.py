"""The program as a user runs it."""

from __future__ import annotations

from tests.app.conftest import github, gitlab, program

__all__ = ["github", "gitlab", "program"]
