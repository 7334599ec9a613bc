"""What the main text of the report is about: one comparison, one endpoint first, one model."""
