"""Writes files of arrays, for `numpy.load`."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array of one or more dimensions. `numpy.save` would not notice that the disk is full at the last bytes.

    Raises:
        OSError: the disk is full or faulty.
    """
    rows = np.ascontiguousarray(array)
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(rows))
        file.write(rows.reshape(-1).view(np.uint8).data)
