"""Kaplan-Meier curves, tests and cumulative incidence by group."""
