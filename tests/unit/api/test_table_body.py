"""Request bodies that are tables in text form."""

import gzip
import io
import sys
import zipfile
from collections.abc import Callable

import pytest

from api.http.table_body import TableText, table_text
from gradus.errors import BadRequest, GradusError, InvalidSpec, TooLarge, UnsupportedMedia

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

OTHERWISE = "upload it"


def of(media_type: str, content: bytes, most: int = 1000) -> TableText:
    return table_text(media_type, content, most, OTHERWISE)


def a_zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
    return target.getvalue()


@pytest.mark.parametrize(
    ("media_type", "content", "is_json_lines", "delimiter"),
    [
        ("text/csv", b"a\n1\n", False, None),
        ("text/csv", b'{"a": 1}\n', False, None),
        ("text/tab-separated-values", b"a\tb\n", False, "\t"),
        ("application/x-ndjson", b"\n", True, None),
        ("application/gzip", b' \n{"a": 1}', True, None),
        ("application/gzip", b"a\n1\n", False, None),
    ],
    ids=["CSV", "CSV with a brace", "TSV", "JSON lines", "text with a brace", "text"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
def test_the_type_of_the_text_decides_else_its_beginning(
    media_type: str, content: bytes, is_json_lines: bool, delimiter: str | None, pack: Callable[[bytes], bytes]
) -> None:
    assert of(media_type, pack(content)) == TableText(content, is_json_lines, delimiter)


@pytest.mark.parametrize(
    ("media_type", "content", "error", "said"),
    [
        ("text/csv", b"", InvalidSpec, "the file is empty"),
        ("application/gzip", gzip.compress(b""), InvalidSpec, "the file is empty"),
        ("text/csv", b"PAR1....", UnsupportedMedia, "begins like a Parquet file: upload it"),
        ("application/gzip", gzip.compress(a_zip()), UnsupportedMedia, "begins like a ZIP file: upload it"),
        ("text/csv", b"\x89PNG\r\n\x1a\n", UnsupportedMedia, "a PNG picture: send it with its own type"),
        ("text/csv", b"<html>", UnsupportedMedia, "begins like an HTML page"),
        ("application/gzip", gzip.compress(gzip.compress(b"a\n")), UnsupportedMedia, "is compressed twice"),
        ("application/gzip", gzip.compress(b"a\n1\n")[:-6], BadRequest, "the file ends in the middle"),
        ("application/gzip", gzip.compress(b"a" * 1001), TooLarge, "decompresses to more than 1,000 bytes"),
        ("application/gzip", gzip.compress(b"a" * 10**6), TooLarge, "decompresses to more than 1,000 bytes"),
    ],
    ids=[
        "nothing",
        "nothing in gzip",
        "Parquet",
        "ZIP in gzip",
        "a picture",
        "a page",
        "gzip in gzip",
        "damaged",
        "large",
        "a bomb",
    ],
)
def test_what_is_no_table_of_text_is_told(media_type: str, content: bytes, error: type[GradusError], said: str) -> None:
    with pytest.raises(error, match=said):
        of(media_type, content)
