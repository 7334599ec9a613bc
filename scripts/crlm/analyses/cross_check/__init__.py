"""The main estimates computed a second time, by another implementation."""
