"""The order of the tests."""

from __future__ import annotations

import pytest

LONGEST = {
    "test_wheel.py",
    "test_transformations.py",
    "test_crash_over_http.py",
    "test_github_sync.py",
    "test_browser.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests begin first, so that no process is left with one of them when the others have ended."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
