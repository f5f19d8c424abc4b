"""Files of a data set on the disk."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from hub.dataset_files import available, locate
from tests.unit.data.tiny import NAMES, PACKED, TEST, TRAIN, UNPACKED, facts
from worker.data.errors import DataError
from worker.data.images import read_images


def put(directory: Path, files: Mapping[str, bytes], name: str = "tiny") -> Path:
    folder = directory / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return directory


@pytest.mark.parametrize("files", [PACKED, UNPACKED], ids=["gzipped", "plain"])
def test_images_are_read_gzipped_or_plain(tmp_path: Path, files: Mapping[str, bytes]) -> None:
    raw = read_images(facts(), [put(tmp_path, files)], print)
    assert raw.inputs.shape == (TRAIN, 12)
    assert raw.test_inputs.tobytes() == UNPACKED[NAMES[2]][16:]
    assert np.array_equal(raw.targets, np.arange(TRAIN) % 2)
    assert len(raw.test_targets) == TEST


def test_the_digest_can_be_of_the_gzip_file(tmp_path: Path) -> None:
    assert read_images(facts("packed"), [put(tmp_path, PACKED)], print).inputs.shape == (TRAIN, 12)


def test_the_first_directory_that_has_a_file_is_taken(tmp_path: Path) -> None:
    full = put(tmp_path / "second", PACKED)
    empty = tmp_path / "first"
    file = facts().files[0]
    assert locate("tiny", file, [empty, full]) == full / "tiny" / file.name
    put(empty, PACKED)
    assert locate("tiny", file, [empty, full]) == empty / "tiny" / file.name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (PACKED["train-labels-idx1-ubyte.gz"][:-12], "is truncated"),
        (b"", "is not in the IDX format"),
        (b"<html>", "is damaged: Not a gzipped file"),
        (PACKED["train-labels-idx1-ubyte.gz"][:10] + b"\xff\xff\xff" * 9, "is damaged"),
        (
            gzip.compress(UNPACKED["train-labels-idx1-ubyte"][:-3], mtime=0),
            "is truncated: 37 bytes of data instead of 40",
        ),
        (PACKED["t10k-labels-idx1-ubyte.gz"], "has the shape 10 instead of 40"),
        (gzip.compress(UNPACKED["train-labels-idx1-ubyte"][:-1] + b"\0", mtime=0), "its SHA-256 differs"),
    ],
)
def test_a_wrong_file_is_named_and_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    put(tmp_path, {**PACKED, "train-labels-idx1-ubyte.gz": content})
    with pytest.raises(DataError, match=sentence) as refusal:
        read_images(facts(), [tmp_path], print)
    assert str(tmp_path / "tiny" / "train-labels-idx1-ubyte.gz") in str(refusal.value)
    assert "Delete the file" in str(refusal.value)


def test_a_file_that_is_a_folder_in_the_way_is_an_error_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "tiny").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        read_images(facts(), [tmp_path], print)


def test_a_data_set_is_available_when_every_file_is(tmp_path: Path) -> None:
    names = [f"{name}.gz" for name in NAMES]
    put(tmp_path, dict.fromkeys(names[:3], b"\x1f\x8b..."), "mnist")
    assert not available("mnist", [tmp_path])
    put(tmp_path, {names[3]: b"\x1f\x8b..."}, "mnist")
    assert available("mnist", [tmp_path])
    assert not available("fashion_mnist", [tmp_path])


def test_an_error_page_in_a_file_s_place_is_not_available(tmp_path: Path) -> None:
    put(tmp_path, {f"{name}.gz": b"<html>" for name in NAMES}, "mnist")
    assert not available("mnist", [tmp_path])


@pytest.mark.parametrize("name", ["digits", "wine", "breast_cancer", "diabetes"])
def test_the_built_in_data_sets_are_always_available(name: str) -> None:
    assert available(name, [])


def test_a_plain_file_whose_digest_is_of_the_gzip_file_is_not_taken(tmp_path: Path) -> None:
    put(tmp_path, UNPACKED)
    assert locate("tiny", facts("packed").files[0], [tmp_path]) is None
    assert locate("tiny", facts().files[0], [tmp_path]) is not None
