"""The reader of plans whose tasks are headings with steps below them."""
