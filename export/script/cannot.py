"""Runs that `run.py` cannot repeat."""


class CannotRepeat(Exception):
    """A run that cannot be repeated with torch and numpy alone. The message is a sentence that says why."""
