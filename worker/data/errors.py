"""The error for a data set's files."""


class DataError(Exception):
    """A file is missing, truncated or wrong. The message names it and says what to do."""
