"""Checkpoints: the state of a run as files, written beside the training and read back when it goes on."""
