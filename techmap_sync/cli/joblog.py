"""The log of a CI job: sections, and text that the runner takes for text."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from techmap_sync.cli.listener import command, section_marker


@dataclass(frozen=True)
class JobLog:
    """Knows what a runner reads in the lines that a job prints."""

    environment: Mapping[str, str]

    @property
    def on_github(self) -> bool:
        """Whether GitHub Actions reads along."""
        return self.environment.get("GITHUB_ACTIONS") == "true"

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Put what is printed in a section; what maps say is no command to the runner there."""
        if self.on_github:
            yield from self._group(title)
        elif self.environment.get("GITLAB_CI") == "true":
            yield from self._collapsible(title)
        else:
            yield

    def _group(self, title: str) -> Iterator[None]:
        """https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands"""
        token = secrets.token_hex(16)
        self._line(f"::group::{title}")
        self._line(f"::stop-commands::{token}")
        try:
            yield
        finally:
            sys.stderr.flush()
            self._line(f"::{token}::")
            self._line("::endgroup::")

    def _collapsible(self, title: str) -> Iterator[None]:
        """https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections"""
        name = re.sub(r"\W+", "_", title).lower()
        self._line(f"\x1b[0Ksection_start:{int(time.time())}:{name}\r\x1b[0K{title}")
        try:
            yield
        finally:
            sys.stderr.flush()
            self._line(f"\x1b[0Ksection_end:{int(time.time())}:{name}\r\x1b[0K")

    def command(self, line: str) -> None:
        """Print a command for the runner of GitHub Actions; elsewhere there is none."""
        if self.on_github and line:
            command(line)

    def _line(self, text: str) -> None:
        section_marker(text)
