"""What outlives a power cut."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Bring a file or a folder to the disk; a name is safe only when the folder that it stands in is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
