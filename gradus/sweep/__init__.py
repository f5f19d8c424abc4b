"""Sweeps: many experiments that vary one base experiment, and the statistical comparison of their results."""
