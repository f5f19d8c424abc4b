"""Files that are exported as they are."""
