"""The effect of a variable within subgroups."""
