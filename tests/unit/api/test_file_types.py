"""The type of a body's content, compared with the media type that the request declares."""

import gzip

import pytest

from api.http.file_types import check_beginning, file_type
from gradus.errors import InvalidSpec, UnsupportedMedia

CSV, ZIP, PARQUET, IDX = b"a,b\n1,2\n", b"PK\x03\x04rest", b"PAR1rest", b"\x00\x00\x08\x01\x00\x00\x00\x02"
PNG, OLE = b"\x89PNG\r\n\x1a\nrest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("media_type", "beginning"),
    [
        ("text/csv; charset=utf-8", CSV),
        ("text/csv", "\ufeffa,b\nü,1\n".encode("utf-16")),
        ("text/csv", gzip.compress(CSV, mtime=0)),
        ("application/x-ndjson", b'{"a": 1}\n'),
        ("application/vnd.apache.parquet", PARQUET),
        ("application/zip", ZIP),
        (SHEET, ZIP),
        (SHEET, OLE),
        *(("application/octet-stream", file) for file in (CSV, ZIP, PARQUET, IDX, OLE)),
    ],
)
def test_a_file_is_taken_for_what_its_type_says(media_type: str, beginning: bytes) -> None:
    check_beginning(beginning, file_type(media_type))


@pytest.mark.parametrize(
    ("media_type", "beginning", "message"),
    [
        ("text/csv", ZIP, "the file begins like a ZIP file, not like .csv: send it with its own type"),
        ("application/vnd.apache.parquet", CSV, "the file begins like text, not like .parquet: send it with its own"),
        ("application/zip", CSV, "the file begins like text, not like .zip: send it with its own type"),
        (SHEET, CSV, "the file begins like text, not like .xlsx: send it with its own type"),
        ("", PNG, "the file begins like a PNG picture: put pictures into a ZIP file, in a folder for each class"),
        ("", b'<svg xmlns="x"/>', "the file begins like an SVG picture"),
        ("text/csv", b"\x80\x04\x95\x05", "the file begins like a pickle, which runs code when it is loaded"),
        ("", b"version https://git-lfs.github.com/spec/v1\n", "the file is a pointer of Git LFS, not the file itself: "
         "fetch it with 'git lfs pull'"),
    ],
)  # fmt: skip
def test_a_file_that_is_something_else_is_refused(media_type: str, beginning: bytes, message: str) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        check_beginning(beginning, file_type(media_type))
    assert refused.value.code == "not_a_table"
    assert str(refused.value).startswith(message)


def test_an_empty_file_has_no_rows() -> None:
    with pytest.raises(InvalidSpec) as refused:
        check_beginning(b"", file_type("text/csv"))
    assert refused.value.code == "no_rows"
