"""Writes the pages that are made from the code; ``make docs`` runs it."""

from __future__ import annotations

from tests.pages import MADE


def main() -> None:
    """Write every page."""
    for path, make in MADE.items():
        path.write_text(make(), "utf-8")


if __name__ == "__main__":
    main()
