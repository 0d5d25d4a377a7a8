"""Issues of one GitLab project, on gitlab.com or on a server of one's own."""

from techmap_sync.adapters.gitlab.tracker import GitLabTracker, connect

__all__ = ["GitLabTracker", "connect"]
