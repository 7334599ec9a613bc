"""The analysis plan: schema, variables, groupings, models. Knows no data."""
