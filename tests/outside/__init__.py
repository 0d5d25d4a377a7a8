"""A tracker of another package, and what it needs to work whole."""
