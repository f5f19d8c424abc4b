"""Writes the stored table: rows, and what is known of the columns."""
