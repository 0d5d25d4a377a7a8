"""The families of documents, and how Markdown is read."""
