"""Scores and models on the same patients: discrimination, calibration, decision curves."""
