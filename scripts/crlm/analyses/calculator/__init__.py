"""One page that computes the scores of one patient, beside published survival and this cohort's."""
