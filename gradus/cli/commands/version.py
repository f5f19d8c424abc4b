"""`gradus version`."""

from gradus import __version__
from gradus.cli import output


def version() -> None:
    """Print the version of this client."""
    output.say(__version__)
