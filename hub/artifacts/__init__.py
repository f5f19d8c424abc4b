"""Artifacts: sets of files under a key, stored atomically. Each file's SHA-256 is verified when it is read."""
