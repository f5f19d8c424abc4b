"""Small valid files of every format, and copies in which bytes were changed, removed or added."""

import gzip
import io
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import duckdb
import numpy as np
from PIL import Image

from tests.workbooks import ods, packed, xlsx

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Mutant = tuple[str, bytes]
"""The name and the content of a file."""
_TELLING = (0, 1, 127, 128, 255, 256, 32_767, 65_535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)
"""Numbers that often break parsers."""
CSV = b"id,name,when,ratio,ok\n" + b"".join(
    b'%d,"Gr\xc3\xb6\xc3\x9fe ""%d""",2026-01-%02d,%d.5,%s\n' % (i, i, i % 28 + 1, i, (b"true", b"false")[i % 2])
    for i in range(30)
)
JSONL = b"".join(b'{"id": %d, "name": "x%d", "ratio": %d.5, "none": null}\n' % (i, i, i) for i in range(30))
ROWS: list[list[object]] = [["id", "name", "ok", "ratio"], *([i, f"x{i}", i % 2 == 0, i + 0.5] for i in range(20))]


def mutant(seed: int, number: int) -> Mutant:
    """The mutant with this number. Successive numbers take the formats in turn."""
    random = Random(f"{seed} {number}")
    return FAMILIES[number % len(FAMILIES)](random)


def mutated(content: bytes, random: Random) -> bytes:
    """A copy of the content with one to four changes."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4))):
        random.choice(_CHANGES)(changed, random)
    return bytes(changed)


def _flip(content: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 8)):
        if content:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def _number(content: bytearray, random: Random) -> None:
    size = random.choice((1, 2, 4, 8))
    if len(content) > size:
        at = random.randrange(len(content) - size)
        value = random.choice(_TELLING) % 2 ** (8 * size)
        content[at : at + size] = value.to_bytes(size, random.choice(("little", "big")))


def _cut(content: bytearray, random: Random) -> None:
    at = random.randrange(len(content) + 1)
    del content[at : at + random.randint(1, 40)]


def _truncate(content: bytearray, random: Random) -> None:
    if random.random() < 0.3:
        del content[random.randrange(len(content) + 1) :]


def _repeat(content: bytearray, random: Random) -> None:
    at = random.randrange(len(content) + 1)
    piece = content[at : at + random.randint(1, 60)]
    content[at:at] = piece * random.choice((1, 1, 2, 50))


def _insert(content: bytearray, random: Random) -> None:
    at = random.randrange(len(content) + 1)
    content[at:at] = random.choice((random.randbytes(random.randint(1, 20)), b'"', b"\x00", b"\n", b"\xff\xfe", b"../"))


_CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (_flip, _flip, _number, _cut, _truncate, _repeat, _insert)


@cache
def parquet(*, lists: bool) -> bytes:
    """A Parquet file with columns of many types. With `lists` it also has a column of lists, for which it is
    refused."""
    columns = (
        "range AS id, 'x' || range AS name, range / 3 AS ratio, range % 2 = 0 AS ok, range::DECIMAL(20, 3) AS price, "
        "DATE '2026-01-01' + range::INTEGER AS day" + (", [range] AS list" if lists else "")
    )
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        path = Path(folder) / "x.parquet"
        rows = connection.sql("SELECT range FROM range(50)").project(columns)
        rows.write_parquet(str(path), compression="snappy" if lists else "uncompressed")
        return path.read_bytes()


@cache
def array(kind: str) -> bytes:
    """An NPY or NPZ file."""
    stream = io.BytesIO()
    if kind == "npy":
        np.save(stream, np.arange(40, dtype=np.float32).reshape(10, 4))
    else:
        np.savez(stream, x=np.arange(40).reshape(10, 4), y=np.arange(10), name=np.array([f"{i}" for i in range(10)]))
    return stream.getvalue()


@cache
def picture(kind: str) -> bytes:
    """A picture of 12 × 9 pixels."""
    stream = io.BytesIO()
    values = np.arange(12 * 9 * 3, dtype=np.uint8).reshape(9, 12, 3)
    image = Image.fromarray(values)
    options = {"exif": b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"} if kind == "JPEG" else {}
    (image.convert("P") if kind == "GIF" else image).save(stream, kind, **options)
    return stream.getvalue()


def _pictures(random: Random) -> Mutant:
    kind = random.choice(("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"))
    files = {f"a/{i}.{kind.lower()}": picture(kind) for i in range(2)}
    return "pictures.zip", packed(files | {"b/broken.png": mutated(picture(kind), random)})


def _one_picture(random: Random) -> Mutant:
    kind = random.choice(("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"))
    return "pictures.zip", packed({"a/x.png": mutated(picture(kind), random)})


def _sheet(random: Random) -> Mutant:
    with zipfile.ZipFile(io.BytesIO(xlsx({"S": ROWS}))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice(list(files)[2:])
    return "x.xlsx", packed(files | {name: mutated(files[name], random)})


def _idx() -> bytes:
    return struct.pack(">HBB3I", 0, 8, 3, 5, 4, 3) + bytes(range(60))


FAMILIES: tuple[Callable[[Random], Mutant], ...] = (
    lambda random: ("x.csv", mutated(CSV, random)),
    lambda random: ("x.csv.gz", mutated(gzip.compress(CSV, mtime=0), random)),
    lambda random: ("x.csv.zst", mutated(zstd.compress(CSV), random)),
    lambda random: ("x.jsonl", mutated(JSONL, random)),
    lambda random: ("x.zip", mutated(packed({"x.csv": CSV, "README.txt": b"x"}), random)),
    lambda random: ("x.zip", packed({"x.csv": mutated(CSV, random)})),
    lambda random: ("x.npy", mutated(array("npy"), random)),
    lambda random: ("x.npz", mutated(array("npz"), random)),
    lambda random: ("x.npz", packed({"x.npy": mutated(array("npy"), random)})),
    lambda random: ("x.parquet", mutated(parquet(lists=True), random)),
    lambda random: ("x.parquet", mutated(parquet(lists=False), random)),
    lambda random: ("x.xlsx", mutated(xlsx({"S": ROWS}), random)),
    lambda random: ("x.ods", mutated(ods(ROWS), random)),
    lambda random: ("x-idx3-ubyte", mutated(_idx(), random)),
    lambda random: ("x", mutated(random.choice((CSV, parquet(lists=False), array("npy"), _idx())), random)),
    _sheet,
    _pictures,
    _one_picture,
)
