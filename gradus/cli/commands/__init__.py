"""The commands: one module for each command or for a group of small commands."""
