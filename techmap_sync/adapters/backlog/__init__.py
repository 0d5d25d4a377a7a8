"""A local folder of tasks in the format of Backlog.md 1.52, which its own CLI, board and web page open."""

from techmap_sync.adapters.backlog.tracker import BacklogTracker, connect

__all__ = ["BacklogTracker", "connect"]
