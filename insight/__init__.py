"""Insight: what is wrong with a network, in which layer, why, and the change of the spec that cures it."""
