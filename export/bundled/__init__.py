"""Files that leave as they are."""
