"""Disease states over time: no evidence of disease, recurrence, again none, death."""
