"""Probes: what a network will do, measured with the training engine before the network is queued."""
