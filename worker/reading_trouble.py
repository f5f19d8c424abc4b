"""Troubles of the machine or of the store while files are read: nothing is wrong with the files."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gradus.wire.dataset import ReadFailure
from hub.disk_full import disk_full
from hub.environment_errors import sentence
from reading.failure import ReadingFailed

T = TypeVar("T")


class Hindered(OSError):
    """The machine refused something to a reading process."""


def without_blame(act: Callable[[], T], folder: Path) -> T:
    """The result of a reading process that writes into this folder. If the machine is to blame for its failure, that is
    an error of the system.

    Raises:
        OSError: the disk was full, or the machine refused something else.
        ReadingFailed: something is wrong with the files, or with Gradus.
    """
    try:
        return act()
    except ReadingFailed as failed:
        if failed.code == "disk_full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from failed
        if failed.code == "machine_error":
            raise Hindered(failed.message) from failed
        raise


def trouble(error: OSError) -> ReadFailure:
    """The failure of a reading after this error, which lasted."""
    code = "machine_error" if isinstance(error, Hindered) else "disk_full" if disk_full(error) else "store_unavailable"
    message = f"{sentence(error)}. Nothing is wrong with the files: add a version to read them again"
    return ReadFailure(code=code, message=message)
