"""The digest of a table."""

import hashlib
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradus.facts import FileFacts
from preprocessing.digest import CHUNK, digest_of
from tests.tables import store

COLUMNS: dict[str, Any] = {
    "age": [41.5, None, 0.1],
    "n": [3, 2**60, None],
    "yes": [True, None, False],
    "Stadt ä": ["Chur", None, "Ägypten"],
    "day": np.array(["1969-12-31", "NaT", "2024-02-29"], dtype="datetime64[D]"),
    "at": np.array(["2024-02-29T12:30:00.000001", "NaT", "1969-12-31T23:59:59"], dtype="datetime64[us]"),
    "photo": np.arange(3 * 2 * 2 * 3, dtype=np.uint8).reshape(3, 2, 2, 3),
    "signal": np.array([[0.5, np.nan], [1, 2], [3, -0.0]], dtype=np.float32),
}
PINNED = "sha256:7a83191590433117484979ec6b07ed0e7231307db61ef455c03d29cffda5f0a4"
FILES = (FileFacts(name="a.csv", rows=2, split="train"), FileFacts(name="b.csv", rows=1, split="test"))


def test_the_digest_of_a_table_never_changes(tmp_path: Path) -> None:
    """Fingerprints and stored splits depend on it."""
    assert store(tmp_path / "a", COLUMNS).read.digest == PINNED
    assert store(tmp_path / "b", COLUMNS, files=FILES).read.digest == (
        "sha256:c2cb78adcd8c5e1669ee73cc4f25151b58a0d8f9e5ec566653cd1aef9e7ffe1f"
    )


def test_the_digest_is_the_hash_of_the_documented_bytes(tmp_path: Path) -> None:
    def text(word: str) -> bytes:
        return struct.pack("<Q", len(word.encode())) + word.encode()

    table = store(tmp_path, {"x": [1.5, None, -0.0], "é": ["b", None, "ä"]})
    content = [
        b"gradus table 1\n" + struct.pack("<QQ", 3, 2),
        text("x") + text("number") + bytes([0b101]) + struct.pack("<ddd", 1.5, 0, -0.0),
        text("é") + text("text") + bytes([0b101]) + struct.pack("<III", 1, 0, 2) + "bä".encode(),
    ]
    assert digest_of(table) == f"sha256:{hashlib.sha256(b''.join(content)).hexdigest()}"


def test_the_digest_does_not_depend_on_the_writer(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=5000)
    columns: dict[str, Any] = {"x": values, "word": [f"{value:.1f}" for value in values]}
    assert store(tmp_path / "a", columns).read.digest == store(tmp_path / "b", columns, row_group=2048).read.digest


@pytest.mark.parametrize(
    "change",
    [
        {"age": [41.5, None, 0.2]},
        {"age": [41.5, 0.0, 0.1]},
        {"age": [41, None, 1]},
        {"n": [3, 2**60 + 1, None]},
        {"yes": [True, False, False]},
        {"Stadt ä": ["Chur", "", "Ägypten"]},
        {"Stadt ä": ["ChurÄ", None, "gypten"]},
        {"day": COLUMNS["day"] + np.array([1, 0, 0])},
        {"at": COLUMNS["at"] + np.array([0, 0, 1])},
        {"photo": COLUMNS["photo"].reshape(3, 2, 6, 1)},
        {"signal": COLUMNS["signal"].astype(np.float64)},
        {"signal": -COLUMNS["signal"]},
        {"more": [1, 2, 3]},
    ],
)
def test_every_value_counts(tmp_path: Path, change: dict[str, Any]) -> None:
    assert store(tmp_path, COLUMNS | change).read.digest != PINNED


def test_names_and_the_order_of_rows_and_columns_count(tmp_path: Path) -> None:
    variants: list[dict[str, Any]] = [
        {"a": [1, 2], "b": [3, 4]},
        {"b": [3, 4], "a": [1, 2]},
        {"a": [2, 1], "b": [4, 3]},
        {"a": [1, 2], "c": [3, 4]},
        {"a": [3, 4], "b": [1, 2]},
    ]
    digests = {store(tmp_path / str(i), columns).read.digest for i, columns in enumerate(variants)}
    assert len(digests) == len(variants)


def test_the_parts_of_the_files_count_but_not_their_names(tmp_path: Path) -> None:
    other = (FILES[0].model_copy(update={"split": "validation"}), FILES[1])
    renamed = (FILES[0].model_copy(update={"name": "c.csv"}), FILES[1])
    first, second, third = (
        store(tmp_path / str(i), {"x": [1, 2, 3]}, files=files).read.digest
        for i, files in enumerate((FILES, other, renamed))
    )
    assert first != second
    assert first == third


def test_every_nan_is_the_same(tmp_path: Path) -> None:
    arrays = np.zeros((2, 3))
    arrays[0, 1] = np.nan
    other = arrays.copy()
    other.view(np.uint64)[0, 1] = 0xFFF8000000000123
    assert np.isnan(other[0, 1])
    assert store(tmp_path / "a", {"x": arrays}).read.digest == store(tmp_path / "b", {"x": other}).read.digest


def test_chunks_lie_within_the_content(tmp_path: Path) -> None:
    """In a table with one row more than a chunk, the digest covers the bits and the values of the first chunk, and then
    those of the second."""
    values = np.arange(CHUNK + 1)
    head = b"gradus table 1\n" + struct.pack("<QQ", CHUNK + 1, 1)
    content = head + struct.pack("<Q", 1) + b"x" + struct.pack("<Q", 7) + b"integer"
    content += b"\xff" * (CHUNK // 8) + values[:CHUNK].astype("<i8").tobytes()
    content += bytes([0b1]) + struct.pack("<q", CHUNK)
    assert store(tmp_path, {"x": values}).read.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
