"""A search over all short histories of small worlds: ``python -m tests.explore``."""
