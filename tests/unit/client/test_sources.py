"""What can be uploaded, and the file name that it gets."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gradus.client import Client
from gradus.client.dataset_upload import given
from gradus.client.source import of_bytes
from gradus.errors import BadRequest


def content(files: Any) -> bytes:
    (source,) = files.sources
    return bytes(source.read(0, source.size))


@pytest.mark.parametrize(
    ("file", "title", "media_type"),
    [
        ("churn.csv", "churn", "text/csv"),
        ("churn.v2.CSV", "churn.v2", "text/csv"),
        ("churn.csv.gz", "churn", "application/gzip"),
        ("adult.data", "adult", "application/octet-stream"),
        ("digits.npz", "digits", "application/octet-stream"),
        (".csv", ".csv", "application/octet-stream"),
        ("", "", "application/octet-stream"),
    ],
)
def test_a_data_set_is_called_like_its_file_without_endings(file: str, title: str, media_type: str) -> None:
    assert (of_bytes(b"", file).title, of_bytes(b"", file).media_type) == (title, media_type)


def test_parts_are_told_from_columns_by_what_they_hold(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x\n1\n")
    files = given({"train": tmp_path / "a.csv", "test": str(tmp_path / "b.csv")}, None)
    assert [(source.name, split) for source, split in zip(files.sources, files.splits, strict=True)] == [
        ("a.csv", "train"),
        ("b.csv", "test"),
    ]
    frames = given({"train": pd.DataFrame({"x": [1]}), "test": pd.DataFrame({"x": [2]})}, {"missing": ["?"]})
    assert frames.splits == ("train", "test")
    assert frames.parse["columns"] == {"x": "integer"}
    assert frames.parse["missing"] == ["?"]
    arrays = given({"train": np.zeros(3), "test": np.ones(3)}, None)
    assert (arrays.splits, arrays.parse) == ((None,), {"kind": "arrays"})


def test_frames_of_one_table_that_differ_in_their_types_are_refused() -> None:
    with pytest.raises(BadRequest, match="the files differ in 'columns'"):
        given([pd.DataFrame({"x": [1]}), pd.DataFrame({"x": ["a"]})], None)


def test_a_folder_of_pictures_is_one_zip_file_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("cats/1.png", "dogs/2.png", ".DS_Store", ".git/3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    with zipfile.ZipFile(io.BytesIO(content(given(tmp_path, None)))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "cats/1.png": b"cats/1.png",
            "dogs/2.png": b"dogs/2.png",
        }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (3, "a int cannot be uploaded: give a path, an open file"),
        ([], "no file is given"),
        ({}, "a dict cannot be uploaded"),
        (Path("there-is-none.csv"), "there-is-none.csv cannot be read: No such file"),
        (io.StringIO("a\n1\n"), "open it with mode 'rb'"),
        ({"x": np.array([object()])}, "the array 'x' holds Python objects"),
        ({"x": np.zeros(3), "y": np.zeros(4)}, "must have the same length, one value for each row: x 3, y 4"),
        ({"x": np.zeros(()), "y": np.zeros(4)}, "x none, y 4"),
        (pd.DataFrame({1: [1]}), "1 is not a valid column name"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "two columns are called 'x'"),
        (pd.DataFrame({"x": [1.5, float("inf")]}), "the column 'x' has infinite values"),
        (pd.DataFrame({"x": ["", "a"]}), "the column 'x' has empty texts"),
        (pd.DataFrame({"x": [{"a": 1}]}), "the column 'x' has values of the types dict"),
        (pd.DataFrame({"x": [1, "a"]}, dtype=object), "the types int, str"),
        (pd.DataFrame({"x": [1 + 2j]}), "the column 'x' has the type complex128"),
        (pd.DataFrame({"x": pd.to_timedelta([1], "s")}), "the column 'x' has the type timedelta64"),
        (
            pd.DataFrame({"x": pd.to_datetime([1], unit="ns").astype("datetime64[ns]")}),
            "the column 'x' has nanoseconds",
        ),
    ],
    ids=lambda value: "" if not isinstance(value, str) else value[:30],
)
def test_what_would_change_on_the_way_is_refused_with_a_sentence(data: Any, said: str) -> None:
    with pytest.raises(BadRequest, match=said.replace("[", r"\[")):
        given(data, None)


def test_data_without_a_name_need_one() -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(BadRequest, match="these data have no name"):
        client.datasets.upload(b"x\n1\n")
