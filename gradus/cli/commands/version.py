"""`gradus version`."""

from gradus import __version__


def command() -> None:
    """Print the version of this client."""
    print(__version__)
