"""The table ``[github]`` of the settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from techmap_sync.settings import ServerTable

_Name = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]


class GitHubTable(ServerTable):
    """What a team has on GitHub besides labels; empty for what it does not use."""

    type: _Name
    """Issue type of tickets, one of the organization's."""
    priority_field: _Name
    """Issue field of the organization with the options High, Medium and Low."""
