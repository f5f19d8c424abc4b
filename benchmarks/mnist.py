"""The folder with MNIST that a benchmark needs, or a sentence."""

import os
import sys
from pathlib import Path

from hub.dataset_files import available


def mnist_directory() -> Path:
    """The folder above MNIST's, which `GRADUS_DATASETS_DIR` names; ends the program where MNIST is not there."""
    given = os.environ.get("GRADUS_DATASETS_DIR")
    if not given:
        sys.exit("GRADUS_DATASETS_DIR is not set: let it name the folder that holds mnist/")
    directory = Path(given).expanduser()
    if not available("mnist", [directory]):
        sys.exit(f"GRADUS_DATASETS_DIR: {directory} has no whole MNIST in mnist/")
    return directory
