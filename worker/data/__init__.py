"""Loaders: from a data set's name to the tensors of a run."""
