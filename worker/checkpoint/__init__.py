"""Checkpoints: the state of a run as files, written in the background and read when the run continues."""
