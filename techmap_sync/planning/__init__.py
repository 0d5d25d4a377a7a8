"""TechnicalMap -> TaskSpecs."""
