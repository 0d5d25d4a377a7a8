"""TaskSpecs x Snapshot -> ChangeSet -> Outcomes."""
