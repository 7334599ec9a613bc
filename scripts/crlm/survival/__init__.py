"""What every analysis stands on: Kaplan-Meier, tests, incidence, Cox, hazards, splines, resampling."""
