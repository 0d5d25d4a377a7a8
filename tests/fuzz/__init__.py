"""Coverage-guided fuzzing of what reads strangers' texts: ``python -m tests.fuzz``."""
