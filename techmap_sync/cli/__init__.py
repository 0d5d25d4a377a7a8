"""The command line: the only package that prints and exits."""

import gc

# Most objects live until exit, so frequent garbage collection is wasted work.
gc.set_threshold(100_000)
