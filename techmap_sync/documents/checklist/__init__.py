"""The reader of checklists: spec-kit, OpenSpec, Kiro and what a team describes like them."""
