"""Survival analysis of resected colorectal liver metastases: pure functions on tables."""
