"""Reads arrays in NumPy's and in MNIST's format into columns."""
