"""Findings: one file for each kind, with the conditions under which it fires and the reason why it matters."""
