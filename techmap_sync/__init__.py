"""techmap-sync keeps tickets in sync with technical maps."""

__version__ = "0.1.0"
