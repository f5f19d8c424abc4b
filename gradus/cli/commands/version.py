"""`gradus version`."""

import sys

from gradus import __version__


def version() -> None:
    """Print the version of this client."""
    sys.stdout.write(f"{__version__}\n")
