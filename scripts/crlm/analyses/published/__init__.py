"""The cohort beside the survival published for the same strata."""
