"""Sweeps: many experiments from one base, and what they tell of the changes between them."""
