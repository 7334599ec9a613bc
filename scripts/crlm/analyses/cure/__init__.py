"""The share of patients who never have the event, by a mixture cure model."""
