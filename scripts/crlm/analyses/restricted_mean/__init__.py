"""Restricted mean survival time by group."""
