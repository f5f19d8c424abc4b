"""Experiments in the database: rows, events, metrics and status changes."""
