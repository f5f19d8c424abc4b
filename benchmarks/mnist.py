"""Finds the folder with MNIST, or exits with a message."""

import os
import sys
from pathlib import Path

from hub.dataset_files import available


def mnist_directory() -> Path:
    """The data set folder from `GRADUS_DATASETS_DIR`; exits if it does not contain MNIST."""
    given = os.environ.get("GRADUS_DATASETS_DIR")
    if not given:
        sys.exit("GRADUS_DATASETS_DIR is not set: let it name the folder that holds mnist/")
    directory = Path(given).expanduser()
    if not available("mnist", [directory]):
        sys.exit(f"GRADUS_DATASETS_DIR: {directory} has no whole MNIST in mnist/")
    return directory
