"""Scores whose components are missing: determinate, bounds, multiple imputation."""
