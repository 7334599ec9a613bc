"""Where to cut a number."""
