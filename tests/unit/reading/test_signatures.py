"""The format of a file is recognized by its first bytes."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from reading.signatures import signature


def picture(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (5, 4)).save(stream, kind)
    return stream.getvalue()


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("a", "b")
    return stream.getvalue()


def array() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.zeros(3))
    return stream.getvalue()


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


@pytest.mark.parametrize(
    ("head", "kind", "name"),
    [
        (archive(), "zip", "a ZIP file"),
        (array(), "npy", "a NumPy array"),
        (b"PAR1\x15\x04", "parquet", "a Parquet file"),
        (b"\x00\x00\x08\x03\x00\x00\xea\x60", "idx", "an IDX file"),
        (picture("PNG"), "picture", "a PNG picture"),
        (picture("JPEG"), "picture", "a JPEG picture"),
        (picture("GIF"), "picture", "a GIF picture"),
        (picture("WEBP"), "picture", "a WebP picture"),
        (picture("TIFF"), "picture", "a TIFF picture"),
        (picture("BMP"), "picture", "a BMP picture"),
        (b"<!DOCTYPE html><html>404", "other", "an HTML page"),
        (b"\xef\xbb\xbf \n<HTML lang=en>", "other", "an HTML page"),
        (b"<!-- saved -->\n<html>", "other", "an HTML page"),
        ("\ufeff<html>".encode("utf-16-le"), "other", "an HTML page"),
        (b"<?xml version='1.0'?><svg>", "other", "an XML document"),
        (b"<svg xmlns='x'>", "other", "an SVG picture"),
        (LFS, "other", "a Git LFS pointer, which stands for the file itself"),
        (b"%PDF-1.7\n", "other", "a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF", "other", "a PostScript document"),
        (b"\x80\x04\x95\x10\x00", "other", "a pickle, which runs code when it is loaded"),
        (b"\x7fELF\x02\x01\x01", "other", "a program"),
        (bytes(range(256)) * 4, "other", "a file of an unknown type"),
        (b"", "empty", "nothing at all"),
    ],
)
def test_a_file_is_what_it_begins_like(head: bytes, kind: str, name: str) -> None:
    assert signature(head) == (kind, name)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "BM,weight\n1,2\n",
        "PK,name\n1,x\n",
        "ID,3\n",
        "<b>,a\n",
        "Größe;Preis\n",
        '{"a": 1}\n',
        "\x1a\n1,2\n" + "3,4\n" * 200,
        "ORDER,x\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_text_in_any_encoding(text: str, encoding: str) -> None:
    assert signature(text.encode(encoding)).kind == "text"
