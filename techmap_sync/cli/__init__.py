"""The command line: the only package that prints and exits."""

import atexit
import gc

# Most objects live until exit, so frequent garbage collection is wasted work, and so are the collections at exit.
gc.set_threshold(100_000)
atexit.register(gc.freeze)
