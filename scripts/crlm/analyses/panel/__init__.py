"""Many markers at once."""
