"""Pages of the documents that are made from the code; ``python -m tests.pages`` writes them, ``make docs`` runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.pages.commands import commands_page
from tests.pages.settings import PAGE, settings_page
from tests.pages.troubleshooting import troubleshooting_page

MADE: Mapping[Path, Callable[[], str]] = {
    PAGE.with_name("commands.md"): commands_page,
    PAGE: settings_page,
    PAGE.with_name("troubleshooting.md"): troubleshooting_page,
}
