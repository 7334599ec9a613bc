"""The groups of one score in those of another."""
