"""What a command does: read the documents, plan, apply, report."""
