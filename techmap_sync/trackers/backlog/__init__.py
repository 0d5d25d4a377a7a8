"""A local folder of tasks in the format of Backlog.md 1.52, which its own CLI, board and web page open."""
