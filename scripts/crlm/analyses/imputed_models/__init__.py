"""Models of the plan after multiple imputation of their covariates, beside the complete cases."""
