"""Reads sheets of Excel and OpenDocument files."""
