"""JSON lines: an object in each line."""
