"""Text of a map -> TechnicalMap."""
