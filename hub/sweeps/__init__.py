"""Sweeps in the database."""
