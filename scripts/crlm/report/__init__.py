"""The report: its sections, methods and references, and the tables in their order."""
