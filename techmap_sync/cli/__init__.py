"""The command line: the only room that prints and exits."""

import gc

# Nearly all that a run makes lives to its end: looking for garbage after every 700 new objects finds none.
gc.set_threshold(100_000)
