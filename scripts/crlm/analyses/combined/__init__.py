"""Figures of the report side by side on one page, as A, B and C."""
