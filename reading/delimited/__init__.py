"""Delimited text: bytes become strict rows of cells, or an error that names its line."""
