"""Experiments in the database: rows, events, metrics, and what changes them."""
