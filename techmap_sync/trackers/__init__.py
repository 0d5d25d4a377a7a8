"""One folder per tracker; each implements the port in ``sync/tracker.py``."""
