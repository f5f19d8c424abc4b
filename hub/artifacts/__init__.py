"""Artifacts: sets of files under a key, whole or not there, each file held against its SHA-256 when it is read."""
