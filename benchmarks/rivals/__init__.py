"""Rivals that train the same network, each in its own process: Gradus, other frameworks, and bare matrix products."""
