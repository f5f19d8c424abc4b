"""Verifications: sweeps that train with and without a finding's patch until the difference is known."""
