"""What `run.py` cannot repeat."""


class CannotRepeat(Exception):
    """A run that no file of torch and numpy alone repeats. The message is a sentence that says why."""
