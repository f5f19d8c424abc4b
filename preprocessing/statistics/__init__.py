"""Statistics of a stored table, over all of its rows: nothing is sampled, and memory is bounded."""
