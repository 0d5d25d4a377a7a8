"""Issues of a repository on github.com or GitHub Enterprise Server."""

from techmap_sync.adapters.github.tracker import GitHubTracker, connect

__all__ = ["GitHubTracker", "connect"]
