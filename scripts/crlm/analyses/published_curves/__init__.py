"""Published curves of the plan, reconstructed from digitised points."""
