"""techmap-sync keeps tickets in step with technical maps."""

__version__ = "0.1.0"
