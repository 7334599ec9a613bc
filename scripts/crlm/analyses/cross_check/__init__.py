"""The headline numbers, computed a second time by another implementation."""
