"""Survival from later months on, of those who are still at risk then."""
