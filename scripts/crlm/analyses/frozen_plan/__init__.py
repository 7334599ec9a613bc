"""Whether the analysis plan was frozen, and what was changed since."""
