"""Treatment of a recurrence: who is resected again, and survival counted from the recurrence."""
