"""What a variable adds to a base model."""
