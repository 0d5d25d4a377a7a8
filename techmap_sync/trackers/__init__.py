"""One tracker each, behind the port in sync/tracker.py."""
