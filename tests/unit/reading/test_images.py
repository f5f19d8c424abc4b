"""Archives of pictures become stacks of pixels with labels; broken and hostile ones are left out or refused."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from preprocessing.table import Table
from reading.failure import ReadingFailed
from reading.images.picture import BrokenPicture, header, pixels
from reading.request import Limits
from tests.reading_here import read_here

GRAY = np.arange(48, dtype=np.uint8).reshape(6, 8)
COLOURS = np.arange(144, dtype=np.uint8).reshape(6, 8, 3)


def png(array: NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    return saved(Image.fromarray(array), kind, **options)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def archive(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return stream.getvalue()


def texts(table: Table, column: str) -> list[str | None]:
    found = table.column(column)
    return [found.categories[code] if code >= 0 else None for code in found.values.tolist()]


def test_folders_are_labels_and_parts(tmp_path: Path) -> None:
    files = {
        "pets/test/dog/9.png": png(COLOURS + 1),
        "pets/train/cat/1.png": png(COLOURS),
        "pets/train/dog/2.png": png(COLOURS + 2),
        "pets/.DS_Store": b"x",
        "pets/README.md": b"# Pets",
    }
    table = read_here(tmp_path, {"pets.zip": archive(files)})
    read = table.read
    assert [(column.name, column.type, column.role) for column in read.columns] == [
        ("image", "image", None),
        ("label", "text", None),
        ("file", "text", "ignore"),
    ]
    assert texts(table, "label") == ["dog", "cat", "dog"]
    assert texts(table, "file") == ["pets/test/dog/9.png", "pets/train/cat/1.png", "pets/train/dog/2.png"]
    assert [(file.name, file.split, file.rows) for file in read.files] == [
        ("pets.zip/test", "test", 1),
        ("pets.zip/train", "train", 2),
    ]
    assert np.array_equal(table.column("image").values, [COLOURS + 1, COLOURS, COLOURS + 2])
    assert read.parse == {"kind": "images", "size": [6, 8], "resize": "pad", "channels": 3, "labels": "folder"}
    assert read.guessed["size"] == "3 of 3 pictures have 6 × 8 pixels (height × width)"
    assert read.left_out.count == 2
    assert {left.reason for left in read.left_out.listed} == {"1 files that macOS adds", "not a picture"}


def test_the_digest_does_not_depend_on_the_packer(tmp_path: Path) -> None:
    files = {"a/1.png": png(GRAY), "b/2.png": png(GRAY[::-1])}
    digests = []
    for order in (list(files), list(files)[::-1]):
        (tmp_path / order[0][0]).mkdir()
        packed = archive({name: files[name] for name in order})
        digests.append(read_here(tmp_path / order[0][0], {"x.zip": packed}).read.digest)
    assert digests[0] == digests[1]


def test_gray_pictures_have_one_channel_unless_one_has_colours(tmp_path: Path) -> None:
    gray = read_here(tmp_path, {"a.zip": archive({"a/1.png": png(GRAY), "b/2.jpg": png(GRAY, "JPEG")})})
    assert gray.column("image").values.shape == (2, 6, 8, 1)
    assert np.array_equal(gray.column("image").values[0, :, :, 0], GRAY)
    (tmp_path / "2").mkdir()
    mixed = read_here(tmp_path / "2", {"a.zip": archive({"a/1.png": png(GRAY), "b/2.png": png(COLOURS)})})
    assert mixed.read.guessed["channels"] == "1 of 2 pictures are gray"
    assert np.array_equal(mixed.column("image").values[0], np.repeat(GRAY[:, :, None], 3, axis=2))


def test_the_most_frequent_size_is_taken_and_others_are_brought_to_it(tmp_path: Path) -> None:
    files = {f"a/{i}.png": png(np.full((4, 4), 200, dtype=np.uint8)) for i in range(3)}
    files["b/wide.png"] = png(np.full((2, 4), 200, dtype=np.uint8))
    table = read_here(tmp_path, {"a.zip": archive(files)})
    assert "3 of 4 pictures have 4 × 4" in table.read.guessed["size"]
    assert table.column("image").values[3, :, 0, 0].tolist() == [0, 200, 200, 0]  # padded with black


@pytest.mark.parametrize(("resize", "column"), [("pad", [0, 100, 100, 0]), ("crop", [100] * 4), ("squash", [100] * 4)])
def test_resizing_has_three_ways(resize: Any, column: list[int]) -> None:
    found = pixels(png(np.full((2, 4), 100, dtype=np.uint8)), (4, 4, 1), resize, Limits())
    assert found[:, 0, 0].tolist() == column


def test_crop_keeps_the_middle_and_squash_all() -> None:
    wide = png(np.repeat(np.array([[10, 10, 200, 200, 200, 200, 90, 90]], dtype=np.uint8), 4, axis=0))
    assert set(pixels(wide, (4, 4, 1), "crop", Limits()).ravel().tolist()) == {200}
    assert pixels(wide, (4, 4, 1), "squash", Limits())[0, [0, 3], 0].tolist() < [60, 130]


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise
    return png(COLOURS, exif=exif)


def palette() -> Image.Image:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])
    return image


RED, WHITE = [255, 0, 0], [255, 255, 255]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (saved(Image.new("RGBA", (1, 1), (255, 0, 0, 0)), "PNG"), [[WHITE]]),
        (saved(Image.new("RGBA", (1, 1), (255, 0, 0, 255)), "PNG"), [[RED]]),
        (saved(Image.new("RGBA", (1, 1), (255, 0, 0, 128)), "PNG"), [[[255, 127, 127]]]),
        (saved(Image.new("LA", (1, 1), (0, 0)), "PNG"), [[WHITE]]),
        (saved(palette(), "PNG"), [[RED, [0, 0, 255]]]),
        (saved(palette(), "PNG", transparency=0), [[WHITE, [0, 0, 255]]]),
        (saved(palette(), "GIF"), [[RED, [0, 0, 255]]]),
        (png(np.array([[0, 256, 65_535]], dtype=np.uint16)), [[[0] * 3, [1] * 3, WHITE]]),
        (saved(Image.new("CMYK", (1, 1), (0, 255, 255, 0)), "TIFF"), [[RED]]),
        (saved(Image.new("1", (1, 1), 1), "PNG"), [[WHITE]]),
        (saved(Image.new("RGB", (1, 1), (255, 0, 0)), "BMP"), [[RED]]),
        (saved(Image.new("RGB", (1, 1), (255, 0, 0)), "WEBP", lossless=True), [[RED]]),
        (turned(), np.rot90(COLOURS, -1).tolist()),
    ],
)
def test_every_kind_of_picture_has_defined_pixels(content: bytes, wanted: list[Any]) -> None:
    found = header(content, Limits())
    assert (found.height, found.width) == np.shape(wanted)[:2]
    assert pixels(content, (found.height, found.width, 3), "pad", Limits()).tolist() == wanted


def test_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (1, 1), colour) for colour in ((255, 0, 0), (0, 255, 0))]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert pixels(moving, (1, 1, 3), "pad", Limits()).tolist() == [[RED]]


def huge(width: int, height: int) -> bytes:
    """A PNG file of few bytes, whose header declares this size in pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (huge(13_000, 13_000), "13000 × 13000 pixels, more than 50 megapixels"),
        (huge(2**31 - 1, 2**31 - 1), "megapixels|damaged|not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (png(COLOURS)[:-30], "damaged"),
        (png(COLOURS, "JPEG")[:200], "damaged"),
        (saved(Image.new("F", (2, 2)), "TIFF"), "floating-point"),
        (b"", "not a picture"),
    ],
)
def test_a_broken_or_hostile_picture_is_not_decoded(content: bytes, why: str) -> None:
    with pytest.raises(BrokenPicture, match=why):
        pixels(content, (8, 8, 3), "pad", Limits())


def test_a_few_broken_pictures_are_left_out_and_listed(tmp_path: Path) -> None:
    files = {f"{'ab'[i % 2]}/{i:03}.png": png(GRAY + i) for i in range(150)}
    files["a/broken.png"] = png(GRAY)[:40]
    table = read_here(tmp_path, {"x.zip": archive(files)})
    assert table.rows == 150
    assert "a/broken.png" not in texts(table, "file")
    assert np.array_equal(table.column("image").values[1, :, :, 0], GRAY + 2)
    assert (table.read.left_out.count, table.read.left_out.listed[0].text) == (1, "a/broken.png")


def test_many_broken_pictures_are_refused(tmp_path: Path) -> None:
    files = {f"a/{i}.png": png(GRAY) for i in range(50)} | {"b/broken.png": b"\x89PNG\r\n\x1a\n"}
    with pytest.raises(ReadingFailed, match=r"at most 1 % of all 51 may be broken.*b/broken.png"):
        read_here(tmp_path, {"x.zip": archive(files)})


def test_pictures_in_no_folder_have_no_label(tmp_path: Path) -> None:
    table = read_here(tmp_path, {"x.zip": archive({"1.png": png(GRAY), "2.png": png(GRAY)})})
    assert [column.name for column in table.read.columns] == ["image", "file"]


def test_more_pictures_than_allowed_are_refused(tmp_path: Path) -> None:
    files = {f"a/{i}.png": png(GRAY) for i in range(4)}
    with pytest.raises(ReadingFailed, match="There are 4 pictures: 3 are allowed") as failed:
        read_here(tmp_path, {"x.zip": archive(files)}, limits=Limits(pictures=3))
    assert failed.value.code == "too_large"


def test_a_large_stack_is_refused_with_the_option_that_would_fit(tmp_path: Path) -> None:
    files = {f"a/{i}.png": png(GRAY) for i in range(4)}
    with pytest.raises(ReadingFailed, match=r"4 pictures of 1000 × 1000 × 1 bytes take 3 MiB.*smaller `size`"):
        read_here(tmp_path, {"x.zip": archive(files)}, {"size": 1000}, limits=Limits(unpacked_bytes=3_900_000))


def test_a_preview_reads_some_pictures_of_all_folders(tmp_path: Path) -> None:
    files = {f"{label}/{i}.png": png(GRAY) for label in "abcd" for i in range(50)}
    table = read_here(tmp_path, {"x.zip": archive(files)}, preview_bytes=len(png(GRAY)) * 40)
    assert 30 <= table.rows <= 40
    assert set(texts(table, "label")) == set("abcd")


PICTURES = {f"pictures/{name}.png": png(GRAY + i) for i, name in enumerate(("b", "a", "c"))}


@pytest.mark.parametrize("written", ["pictures/{}.png", "{}.png", "{}"])
def test_a_table_names_the_pictures(tmp_path: Path, written: str) -> None:
    rows = "".join(f"{written.format(name)},{label}\n" for name, label in (("c", "x"), ("a", "y"), ("b", "x")))
    table = read_here(tmp_path, {"a.zip": archive({**PICTURES, "labels.csv": f"id,class\n{rows}".encode()})})
    assert [(column.name, column.type) for column in table.read.columns] == [
        ("image", "image"),
        ("class", "text"),
        ("file", "text"),
    ]
    assert texts(table, "file") == ["pictures/a.png", "pictures/b.png", "pictures/c.png"]
    assert texts(table, "class") == ["y", "x", "x"]
    assert table.read.parse["labels"] == "csv"
    assert "of 3 of 3 pictures" in table.read.guessed["labels"]
    assert table.read.left_out.count == 0


def test_all_columns_of_the_table_may_be_taken(tmp_path: Path) -> None:
    csv = b"file,age,when,label\na.png,3,2026-01-02,cat\nb.png,,2026-01-03,dog\nz.png,1,2026-01-01,cat\n"
    packed = archive({**PICTURES, "all.csv": csv})
    table = read_here(tmp_path, {"a.zip": packed})
    assert [(column.name, column.type) for column in table.read.columns] == [
        ("image", "image"),
        ("age", "integer"),
        ("when", "date"),
        ("label", "text"),
        ("file", "text"),
    ]
    assert table.read.parse["labels"] == "column"
    assert table.column("age").values.tolist() == [3, 0]
    assert table.column("age").missing.tolist() == [False, True]
    assert table.column("when").values.tolist() == [20_455, 20_456]
    assert {(left.text, left.reason) for left in table.read.left_out.listed} == {
        ("pictures/c.png", "it is not listed in all.csv"),
        ("z.png", "names no picture"),
    }
    (tmp_path / "2").mkdir()
    one = read_here(tmp_path / "2", {"a.zip": packed}, {"kind": "images", "labels": "csv"})
    assert [column.name for column in one.read.columns] == ["image", "label", "file"]


def test_a_table_that_names_no_picture_is_no_table_of_labels(tmp_path: Path) -> None:
    packed = archive({**PICTURES, "other.csv": b"a,b\n1,2\n"})
    table = read_here(tmp_path, {"a.zip": packed})
    assert table.read.parse["labels"] == "folder"
    assert set(texts(table, "label")) == {"pictures"}
    for folder, content, why in (
        ("2", packed, "No column of other.csv names a picture"),
        ("3", archive(PICTURES), "needs one table beside the pictures: there are 0"),
    ):
        (tmp_path / folder).mkdir()
        with pytest.raises(ReadingFailed, match=why):
            read_here(tmp_path / folder, {"a.zip": content}, {"labels": "csv"})


def test_a_picture_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    packed = archive({**PICTURES, "l.csv": b"file,label\na.png,x\na.png,y\nb.png,x\nc.png,x\n"})
    with pytest.raises(ReadingFailed, match=r"names the picture 'a.png' 2 times"):
        read_here(tmp_path, {"a.zip": packed}, {"labels": "csv"})
