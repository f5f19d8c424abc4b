"""The reading process: it reads, reports and refuses, and leaves nothing behind, however it ends."""

import io
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from preprocessing.stored_names import FACTS, FINDINGS, PARQUET, STATISTICS
from preprocessing.table import Table
from reading import child
from reading.child import ReadingCancelled, read
from reading.failure import ReadingFailed
from reading.messages import Log, Progress
from reading.request import Limits, ReadRequest
from reading.source import SourceFile
from tests.servers.processes import wait_until
from tests.servers.readers import new_readers


@pytest.fixture(autouse=True, scope="module")
def _new_interpreters() -> Iterator[None]:
    with new_readers():
        yield


def request(folder: Path, content: bytes, name: str = "x.npy", **options: Any) -> ReadRequest:
    path = folder / "sent file;$(x)"
    path.write_bytes(content)
    return ReadRequest(files=(SourceFile(path, name),), out=folder / "out", **options)


def npy(rows: int) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.arange(rows))
    return stream.getvalue()


def pictures(count: int) -> bytes:
    """A ZIP file that takes a while to read, because its large pictures have to be reduced."""
    picture, stream = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (1500, 1500)).save(picture, "PNG")
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(count):
            archive.writestr(f"a/{i}.png", picture.getvalue())
    return stream.getvalue()


def readers(parent: int | None = None) -> list[int]:
    """The reading processes that are children of this process, including ended ones that nobody has waited for."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, after = stat.read_text().split(" ", 1)[0], stat.read_text().rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_bytes()
            if int(after[1]) == (parent or os.getpid()) and (b"reading" in command or not command):
                found.append(int(name))
    return found


def runs(process: int) -> bool:
    try:
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())  # a dead one has none
    except OSError:
        return False


def test_a_file_is_read_in_another_process(tmp_path: Path) -> None:
    heard: list[Progress | Log] = []
    result = read(request(tmp_path, npy(100_000)), heard.append)
    table = Table(tmp_path / "out")
    assert table.read == result
    assert np.array_equal(table.column("x").values, np.arange(100_000))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {FACTS, PARQUET, STATISTICS, FINDINGS}
    assert any(isinstance(line, Progress) and line.unit == "rows" for line in heard)
    assert not [line for line in heard if isinstance(line, Log)], "the sandbox is incomplete on this machine"
    assert not readers()


def test_a_refusal_arrives_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="begins like a PDF document") as failed:
        read(request(tmp_path, b"%PDF-1.7", "churn.csv"))
    assert (failed.value.code, failed.value.file) == ("not_a_table", "churn.csv")
    assert not (tmp_path / "out").exists()


def test_an_option_that_does_not_fit_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="parse/arrays") as failed:
        read(request(tmp_path, npy(3), parse={"kind": "arrays", "arrays": 3}))
    assert failed.value.code == "invalid_parse"


def test_a_cancelled_reading_ends_at_once(tmp_path: Path) -> None:
    heard: list[Progress | Log] = []
    with pytest.raises(ReadingCancelled):
        read(request(tmp_path, pictures(500), "x.zip"), heard.append, lambda: bool(heard))
    assert not readers()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(seconds=0.01, seconds_per_100_mb=0, patience=50), "took longer than the 0 s"),
        (Limits(seconds=1, seconds_per_100_mb=0, patience=1000), "more processor time than the 1 s"),
        (Limits(unpacked_bytes=500_000), "take 0 MiB: 0 MiB are allowed"),
    ],
)
def test_a_limit_that_ends_a_reading_is_named(tmp_path: Path, limits: Limits, why: str) -> None:
    with pytest.raises(ReadingFailed, match=why) as failed:
        read(request(tmp_path, pictures(300), "x.zip", limits=limits, parse={"size": 32}))
    assert failed.value.code == "too_large"
    assert not readers()
    assert not (tmp_path / "out").exists()


def test_memory_is_limited(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="needs more than 200 MiB of memory") as failed:
        read(request(tmp_path, npy(100), limits=Limits(memory_mib=200)))
    assert failed.value.code == "too_large"


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (signal.SIGKILL, "probably because memory ran out"),
        (signal.SIGSEGV, r"crashed \(SIGSEGV\): the file is damaged"),
        (signal.SIGTERM, "ended with code -15"),
    ],
)
def test_a_killed_reading_is_refused(tmp_path: Path, sent: signal.Signals, why: str) -> None:
    def kill(line: Progress | Log) -> None:
        for process in readers():
            os.kill(process, sent)

    with pytest.raises(ReadingFailed, match=why):
        read(request(tmp_path, pictures(500), "x.zip"), kill)
    assert not readers()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("sent", [signal.SIGXCPU, signal.SIGKILL, signal.SIGTERM])
def test_a_table_is_kept_whose_statistics_cannot_be_computed(tmp_path: Path, sent: signal.Signals) -> None:
    logged: list[str] = []

    def kill(line: Progress | Log) -> None:
        if isinstance(line, Log):
            logged.append(line.text)
        elif line.what == "computing statistics":
            for process in readers():
                os.kill(process, sent)

    names = ",".join(f"c{i}" for i in range(100))
    rows = "\n".join(",".join(str(i * j % 997) for j in range(100)) for i in range(3000))
    result = read(request(tmp_path, f"{names}\n{rows}\n".encode(), "a.csv"), kill)
    assert result.rows == len(Table(tmp_path / "out").column("c1").values) == 3000
    assert {path.name for path in (tmp_path / "out").iterdir()} <= {FACTS, PARQUET, STATISTICS}
    assert [text.split(":")[0] for text in logged] == ["the statistics and findings could not be computed"]


def test_a_file_that_the_reader_may_not_open_is_an_error_of_the_machine_with_a_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = request(tmp_path, npy(10))
    asked.files[0].path.unlink()
    asked.files[0].path.mkdir()  # so that no rights, not even those of root, open it
    with pytest.raises(ReadingFailed, match="The machine, not the file, hindered the reading") as failed:
        read(asked)
    assert failed.value.code == "machine_error"
    assert "Traceback" in caplog.text
    assert "Is a directory" in caplog.text


PARENT = """
import sys
from reading.child import read
from reading.request import ReadRequest

read(ReadRequest.model_validate_json(sys.argv[1]), lambda line: print(line, flush=True))
"""


def test_a_reading_dies_with_its_parent(tmp_path: Path) -> None:
    asked = request(tmp_path, pictures(2000), "x.zip")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, asked.model_dump_json()],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    (reader,) = readers(parent.pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not runs(reader), "the end of the reading")


def test_the_first_process_to_go_when_memory_is_short_is_the_reading_one(tmp_path: Path) -> None:
    scores: list[str] = []

    def look(line: Progress | Log) -> None:
        scores.extend(Path(f"/proc/{process}/oom_score_adj").read_text() for process in readers())

    read(request(tmp_path, npy(100_000)), look)
    assert scores
    assert int(scores[0]) >= 900


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("print('x' * 10**6, flush=True)", "did not stop writing"),
        ('while True: print(\'{"kind": "log", "text": ""}\')', "did not stop writing"),
        ("print('{}')", "not a message"),
        ("pass", "ended with code 0"),
        ('print(\'{"kind": "result"}\'); raise SystemExit(3)', "ended with code 3"),
    ],
)
def test_a_process_gone_mad_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, why: str) -> None:
    def start(folder: Path) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", says], stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder)

    monkeypatch.setattr(child, "_start", start)
    with pytest.raises(ReadingFailed, match=why) as failed:
        read(request(tmp_path, npy(3)))
    assert failed.value.code == "reader_fault"


def test_readings_may_run_side_by_side(tmp_path: Path) -> None:
    results: list[int] = []

    def one(i: int) -> None:
        (tmp_path / str(i)).mkdir()
        results.append(read(request(tmp_path / str(i), npy(10 + i))).rows)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [10, 11, 12]
