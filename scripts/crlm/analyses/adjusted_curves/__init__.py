"""Survival of two groups adjusted for what else differs between them, as curves."""
