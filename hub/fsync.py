"""Flushes files to disk, so that they survive a power failure."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file or a folder to disk. A new file's name is durable only when its folder is flushed, too."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
