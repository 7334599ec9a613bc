"""What stands in for one hazard ratio where a test of proportional hazards speaks against it."""
