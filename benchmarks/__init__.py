"""Measured: counts beside their floors, and ratios beside their bounds. ``python -m benchmarks`` prints all of it."""
