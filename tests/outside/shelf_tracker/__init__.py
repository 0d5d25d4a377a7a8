"""A package of somebody else's: it adds the tracker ``shelf``, which keeps its tickets in one file."""
