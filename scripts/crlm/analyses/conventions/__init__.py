"""The main estimates of the study under the conventions of other packages."""
