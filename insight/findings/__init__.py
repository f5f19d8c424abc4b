"""Findings: one file for each, with the conditions under which it holds, and why it matters."""
