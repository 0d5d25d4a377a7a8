"""Everything that is said about one story, in whichever file."""

from __future__ import annotations

from dataclasses import dataclass

from techmap_sync.documents.story.epic_pages import PlannedStory
from techmap_sync.documents.story.story_pages import Story
from techmap_sync.documents.story.story_words import Status


@dataclass
class Told:
    """A story with what ``epics.md``, its own file and ``sprint-status.yaml`` say."""

    id: str
    story: Story | None = None
    planned: PlannedStory | None = None
    status: Status | None = None
    title: str = ""
    path: str = ""
    line: int = 1
