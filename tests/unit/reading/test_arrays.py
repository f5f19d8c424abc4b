"""NumPy's and MNIST's files are read exactly. Their headers are compared with the data that follow."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from preprocessing.table import Table
from reading.failure import ReadingFailed
from reading.request import Limits
from tests.reading_here import read_here

RNG = np.random.default_rng(3)
N = 300


def npy(array: NDArray[Any], **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npz(**arrays: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=True, **arrays)
    return stream.getvalue()


def idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def column(table: Table, name: str) -> list[Any]:
    found = table.column(name)
    if table.record(name).type == "text":
        return [found.categories[code] if code >= 0 else None for code in found.values.tolist()]
    return [None if missing else value for value, missing in zip(found.values.tolist(), found.missing, strict=True)]


ARRAYS: dict[str, tuple[NDArray[Any], str]] = {
    "bool": (RNG.random(N) < 0.5, "boolean"),
    "i1": (RNG.integers(-128, 128, N, dtype=np.int8), "integer"),
    "i8": (RNG.integers(-(2**63), 2**63 - 1, N, dtype=np.int64), "integer"),
    "u8": (RNG.integers(0, 2**63, N, dtype=np.uint64), "integer"),
    "big": (np.arange(N, dtype=">i4"), "integer"),
    "f2": (RNG.normal(size=N).astype(np.float16), "number"),
    "f4": (RNG.normal(size=N).astype(np.float32), "number"),
    "f8": (RNG.normal(size=N) * 1e300, "number"),
    "text": (np.array([f"Größe {i}" for i in range(N)]), "text"),
    "bytes": (np.array([b"ab%d" % i for i in range(N)]), "text"),
    "column": (np.arange(N)[:, None], "integer"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_of_one_axis_is_a_column_of_its_type(tmp_path: Path, name: str) -> None:
    array, type_ = ARRAYS[name]
    table = read_here(tmp_path, {"a.npz": npz(x=array, y=np.arange(N))})
    assert [(found.name, found.type) for found in table.read.columns] == [("x", type_), ("y", "integer")]
    wanted = [value.decode() if isinstance(value, bytes) else value for value in array.ravel().tolist()]
    assert column(table, "x") == wanted
    assert column(table, "y") == list(range(N))


def test_moments_keep_their_resolution(tmp_path: Path) -> None:
    days = np.array(["2026-02-28", "NaT", "1582-10-15"], dtype="datetime64[D]")
    times = np.array(["2026-02-28T12:00:00.000001", "1969-12-31", "NaT"], dtype="datetime64[us]")
    table = read_here(tmp_path, {"a.npz": npz(days=days, times=times, ns=times.astype("datetime64[ns]"))})
    assert [found.type for found in table.read.columns] == ["date", "datetime", "datetime"]
    assert column(table, "days") == [days[0].astype(int), None, days[2].astype(int)]
    assert column(table, "times") == column(table, "ns") == [*times[:2].astype(int).tolist(), None]


def test_nan_is_missing_in_a_column(tmp_path: Path) -> None:
    table = read_here(tmp_path, {"a.npy": npy(np.array([1.5, np.nan, 3.0]))})
    assert column(table, "a") == [1.5, None, 3.0]
    assert table.record("a").missing == 1


@pytest.mark.parametrize(
    ("array", "stored", "type_"),
    [
        (RNG.integers(0, 256, (N, 7, 5), dtype=np.uint8), (7, 5, 1), "image"),
        (RNG.integers(0, 256, (N, 7, 5, 3), dtype=np.uint8), (7, 5, 3), "image"),
        (RNG.integers(0, 256, (N, 7, 5, 4), dtype=np.uint8), (7, 5, 4), "array"),
        (RNG.integers(0, 256, (N, 9), dtype=np.uint8), (9,), "array"),
        (RNG.normal(size=(N, 4, 3)).astype(np.float32), (4, 3), "array"),
        (RNG.normal(size=(N, 4)).astype(np.float16), (4,), "array"),
        (RNG.normal(size=(N, 4)).astype(">f8"), (4,), "array"),
        (RNG.integers(-9, 9, (N, 2), dtype=np.int16), (2,), "array"),
        (RNG.random((N, 2)) < 0.5, (2,), "array"),
        (np.asfortranarray(RNG.normal(size=(N, 4, 3))), (4, 3), "array"),
    ],
)
def test_an_array_of_several_axes_keeps_its_shape(
    tmp_path: Path, array: NDArray[Any], stored: tuple[int, ...], type_: str
) -> None:
    table = read_here(tmp_path, {"a.npz": npz(x=array, y=np.arange(N))})
    record = table.record("x")
    assert (record.type, record.shape) == (type_, stored)
    values = table.column("x").values
    assert str(values.dtype) == record.storage
    assert np.array_equal(values, array.reshape(N, *stored))


def test_words_in_names_are_parts(tmp_path: Path) -> None:
    arrays = {f"{name}_{part}": np.arange(n) for part, n in (("train", 5), ("test", 3)) for name in "xy"}
    table = read_here(tmp_path, {"mnist.npz": npz(**arrays)})
    assert [found.name for found in table.read.columns] == ["x", "y"]
    assert [(file.split, file.rows) for file in table.read.files] == [("train", 5), ("test", 3)]
    again = read_here(tmp_path, {"mnist.npz": npz(**arrays)}, table.read.parse)
    assert again.read.digest == table.read.digest


def test_arrays_are_chosen_and_named(tmp_path: Path) -> None:
    packed = npz(a=np.arange(4), b=np.arange(5), c=np.arange(4))
    with pytest.raises(
        ReadingFailed, match=r"a has 4, b has 5, c has 4\. Choose those that belong together with `arrays`"
    ):
        read_here(tmp_path, {"x.npz": packed})
    table = read_here(tmp_path, {"x.npz": packed}, {"kind": "arrays", "arrays": {"a": "first", "c": "c"}})
    assert [found.name for found in table.read.columns] == ["first", "c"]
    with pytest.raises(ReadingFailed, match=r"no array 'd'\. The arrays are 'a', 'b', 'c'"):
        read_here(tmp_path, {"x.npz": packed}, {"kind": "arrays", "arrays": {"d": "d"}})


def test_files_of_one_array_each_are_columns(tmp_path: Path) -> None:
    table = read_here(tmp_path, {"x.npy": npy(np.zeros((4, 2))), "y.npy": npy(np.arange(4))})
    assert [(found.name, found.type) for found in table.read.columns] == [("x", "array"), ("y", "integer")]
    assert table.rows == 4


def test_single_values_are_left_out(tmp_path: Path) -> None:
    table = read_here(tmp_path, {"x.npz": npz(x=np.arange(4), version=np.array(3))})
    assert [found.name for found in table.read.columns] == ["x"]
    assert table.read.left_out.listed[0].text == "version.npy in x.npz"


def test_idx_files_are_images_and_labels(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (7, 4, 3), dtype=np.uint8)
    labels = np.arange(7, dtype=np.uint8)
    files = {
        "train-images-idx3-ubyte": idx(images),
        "train-labels-idx1-ubyte": idx(labels),
        "t10k-images-idx3-ubyte": idx(images[:2]),
        "t10k-labels-idx1-ubyte": idx(labels[:2]),
    }
    table = read_here(tmp_path, files)
    assert [(found.name, found.type) for found in table.read.columns] == [("image", "image"), ("label", "integer")]
    assert [(file.split, file.rows) for file in table.read.files] == [("train", 7), ("test", 2)]
    assert np.array_equal(table.column("image").values[:7, :, :, 0], images)
    assert column(table, "label") == [*range(7), 0, 1]


def header(shape: str, descr: str = "'<f8'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + text.ljust(117).encode() + b"\n"


class Loud:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("loaded"),))


def with_objects() -> bytes:
    return npy(np.array([Loud()], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (header("(1000000000000,)"), r"1000000000000 elements of float64, which are 8,000,000,000,000 bytes, but 0"),
        (header("(-4,)"), "damaged NPY header"),
        (header("(4,") + b"x" * 32, "damaged NPY header"),
        (header("(2,)", "'|O'") + b"x" * 16, "Python objects, which run code"),
        (header("(2,)", "[('a', '<f8'), ('b', '<f8')]") + b"x" * 32, "records"),
        (header("(2,)", "'<c16'") + b"x" * 32, "complex128"),
        (with_objects(), "Python objects, which run code"),
        (header("(" + "(" * 90), "damaged NPY header"),
        (header("(0,)"), "no rows"),
        (header("(3, 0)"), "no values"),
        (header("()") + bytes(8), "no arrays of examples"),
        (npy(np.arange(9))[:-3], "72 bytes, but 69 follow"),
        (npy(np.arange(9)) + b"more", "but 76 follow"),
        (npy(np.array([1.0, np.inf])), "infinite number"),
        (npy(np.array([[[1.0, np.nan]]])), "NaN or infinity"),
        (npy(np.array([2**64 - 1], dtype=np.uint64)), "above 9223372036854775807"),
        (npy(np.array([1], dtype="datetime64[ns]")), "finer than a microsecond"),
        (npy(np.array([b"\xff"])), "bytes that are not text"),
    ],
)
def test_a_bad_array_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ReadingFailed, match=why):
        read_here(tmp_path, {"x.npy": content})
    assert not Path("loaded").exists()


def test_a_member_that_promises_more_than_it_has_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x.npy", header("(1000000000000,)"))
    with pytest.raises(ReadingFailed, match=r"8,000,000,000,000 bytes, but 0 follow"):
        read_here(tmp_path, {"x.npz": stream.getvalue()})


def test_a_bad_idx_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="declares 4294967295 elements"):
        read_here(tmp_path, {"x": b"\x00\x00\x08\x01\xff\xff\xff\xff"})
    with pytest.raises(ReadingFailed, match="damaged IDX header"):
        read_here(tmp_path, {"x": b"\x00\x00\x08\x03\x00\x00"})


def test_parts_must_be_alike(tmp_path: Path) -> None:
    files = {"a.npz": npz(x=np.zeros((3, 2))), "b.npz": npz(x=np.zeros((3, 4)))}
    with pytest.raises(ReadingFailed, match=r"float64 of shape \(2,\) for each example.*shape \(4,\)"):
        read_here(tmp_path, files, splits={"a.npz": "train", "b.npz": "test"})
    with pytest.raises(ReadingFailed, match="both column 'x': say which part"):
        read_here(tmp_path, files)


def test_a_preview_reads_the_first_rows(tmp_path: Path) -> None:
    array = RNG.normal(size=(1000, 10))
    table = read_here(tmp_path, {"x.npy": npy(array)}, preview_bytes=8000)
    assert np.array_equal(table.column("column_1").values, array[:100, 0])


def test_limits_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="has 9 rows: 8 are allowed"):
        read_here(tmp_path, {"x.npy": npy(np.arange(9))}, limits=Limits(rows=8))


def test_a_lone_matrix_is_a_table(tmp_path: Path) -> None:
    matrix = RNG.normal(size=(N, 3)).astype(np.float32)
    matrix[5, 1] = np.nan
    table = read_here(tmp_path, {"data.npy": npy(matrix)})
    assert [(one.name, one.type, one.missing) for one in table.read.columns] == [
        ("column_1", "number", 0),
        ("column_2", "number", 1),
        ("column_3", "number", 0),
    ]
    for i in range(3):
        assert np.array_equal(table.column(f"column_{i + 1}").values, matrix[:, i].astype(np.float64), equal_nan=True)
    assert (table.read.parse["matrix"], table.read.guessed["matrix"]) == ("columns", "the only array has two axes")
    (tmp_path / "again").mkdir()
    again = read_here(tmp_path / "again", {"data.npy": npy(matrix)}, table.read.parse)
    assert again.read.digest == table.read.digest


def test_a_matrix_may_be_told_to_be_arrays_or_columns(tmp_path: Path) -> None:
    matrix, label = np.arange(2 * N).reshape(N, 2), np.arange(N) % 2
    for name in "abc":
        (tmp_path / name).mkdir()
    arrays = read_here(tmp_path / "a", {"data.npy": npy(matrix)}, {"kind": "arrays", "matrix": "array"})
    assert [(one.name, one.type, one.shape) for one in arrays.read.columns] == [("data", "array", (2,))]
    both = read_here(tmp_path / "b", {"data.npz": npz(x=matrix, y=label)})
    assert [one.type for one in both.read.columns] == ["array", "integer"]
    assert both.read.parse["matrix"] == "array"
    columns = read_here(tmp_path / "c", {"data.npz": npz(x=matrix, y=label)}, {"kind": "arrays", "matrix": "columns"})
    assert [(one.name, one.type) for one in columns.read.columns] == [
        ("x_1", "integer"),
        ("x_2", "integer"),
        ("y", "integer"),
    ]
    assert np.array_equal(columns.column("x_2").values, matrix[:, 1])


def test_numbers_that_are_no_characters_are_refused(tmp_path: Path) -> None:
    array = np.array([0x110000], dtype=np.uint32).view("U1")
    with pytest.raises(ReadingFailed, match="has bytes that are not text"):
        read_here(tmp_path, {"a.npy": npy(array)})


def test_columns_of_a_matrix_do_not_take_the_name_of_another_array(tmp_path: Path) -> None:
    matrix, other = np.arange(6.0).reshape(3, 2), np.array([7, 8, 9])
    table = read_here(tmp_path, {"a.npz": npz(x=matrix, x_1=other)}, {"kind": "arrays", "matrix": "columns"})
    names = [one.name for one in table.read.columns]
    assert names == ["x_1", "x_2", "x_1_2"]
    assert [column(table, name) for name in names] == [[0, 2, 4], [1, 3, 5], [7, 8, 9]]
