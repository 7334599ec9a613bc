"""Does the effect of one variable depend on another."""
