"""Sick and healthy networks, labelled by effect, on which findings and patches are judged."""
