"""The log of a CI job: sections, and text that the runner takes for text."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from techmap_sync.cli.listener import command, section_marker
from techmap_sync.registry import running_ci


@dataclass(frozen=True)
class JobLog:
    """Knows what a runner reads in the lines that a job prints."""

    environment: Mapping[str, str]

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Put what is printed in a section; what maps say is no command to the runner there."""
        found = running_ci(self.environment)
        if found is None:
            yield
            return
        with contextmanager(found[1].section)(title, section_marker):
            try:
                yield
            finally:
                sys.stderr.flush()

    def command(self, line: str) -> None:
        """Print a command for a runner that takes some; elsewhere there is none."""
        found = running_ci(self.environment)
        if found and found[1].takes_commands and line:
            command(line)
