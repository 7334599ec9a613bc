"""What is missing, and what the checks of the data found."""
