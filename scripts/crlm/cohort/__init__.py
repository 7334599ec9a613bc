"""From the export to the typed cohort: reading, conversion, validation, derivation, endpoints, attrition."""
