"""The cohort in numbers: flow, Table 1, missing values, findings."""
