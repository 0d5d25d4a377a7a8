"""The prose of the project: documents, help and messages; ``make prose`` checks it."""
