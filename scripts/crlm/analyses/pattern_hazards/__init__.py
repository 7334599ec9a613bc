"""Hazard ratios of growth patterns, the cohort's own beside published ones."""
