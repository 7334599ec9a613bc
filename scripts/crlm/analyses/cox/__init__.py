"""Cox models: hazard ratios, proportional hazards, effects within subgroups."""
