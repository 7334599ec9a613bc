"""Groups by growth pattern: how many patients are in each."""
