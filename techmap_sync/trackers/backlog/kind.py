"""A folder in the format of Backlog.md, as the rest of the program knows it."""

from __future__ import annotations

from techmap_sync.registry import TrackerKind

KIND = TrackerKind(
    name="backlog",
    title="Backlog.md",
    target="FOLDER",
    connect="techmap_sync.trackers.backlog.tracker:connect",
    default_target="./backlog",
)
