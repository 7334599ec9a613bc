"""Recorded scores beside computed ones."""
