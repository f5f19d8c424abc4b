"""Insight: what is wrong with a network, in which layer, why, and which change of the spec cures it."""
