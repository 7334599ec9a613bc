"""Whether two variables go together."""
