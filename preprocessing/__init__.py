"""Stored tables: splits, encodings, statistics and findings, in numpy. Never torch, never a service."""
