"""Finds, unpacks and verifies the files of a data set."""

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradus.built_in_facts import BuiltInFacts, IdxFile
from hub.dataset_files import locate
from worker.data.download import download
from worker.data.errors import DataError
from worker.data.idx import BadIdx, read_idx
from worker.data.long_step import Say


def read_array(
    facts: BuiltInFacts, file: IdxFile, shape: tuple[int, ...], directories: Sequence[Path], say: Say
) -> NDArray[np.uint8]:
    """The array of one file, downloaded into the last directory if none has it.

    Raises:
        DataError: the file is missing and cannot be downloaded, or has the wrong content.
    """
    path, content = _content(facts, file, directories, say)
    try:
        unpacked = gzip.decompress(content) if path.suffix == ".gz" else content
        array = read_idx(unpacked, shape)
    except BadIdx as wrong:
        raise _error(path, str(wrong)) from wrong
    except EOFError as wrong:
        raise _error(path, "is truncated") from wrong
    except (gzip.BadGzipFile, zlib.error) as wrong:
        raise _error(path, f"is damaged: {wrong}") from wrong
    if hashlib.sha256(unpacked if file.of == "unpacked" else content).hexdigest() != file.sha256:
        raise _error(path, f"is not the {facts.title} file: its SHA-256 differs")
    return array


def _content(facts: BuiltInFacts, file: IdxFile, directories: Sequence[Path], say: Say) -> tuple[Path, bytes]:
    try:
        path = locate(facts.name, file, directories) or download(facts, file, directories[-1] / facts.name, say)
        return path, path.read_bytes()
    except OSError as failure:
        raise DataError(f"a file of the data set '{facts.name}' cannot be read: {failure}") from failure


def _error(path: Path, wrong: str) -> DataError:
    return DataError(f"{path} {wrong}. Delete the file to download it again, or replace it with the right one")
