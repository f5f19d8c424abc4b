"""Reading processes that are forked for tests: they are confined like new ones, and end like new ones."""

import io
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from reading.child import ReadingCancelled, read
from reading.failure import ReadingFailed
from reading.messages import Log, Progress
from reading.request import ReadRequest
from reading.source import SourceFile
from tests.servers import readers
from tests.servers.processes import ROOT, gone, wait_until

FIELDS = ("Uid", "Gid", "Groups", "CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp", "Seccomp_filters")
SIGNALS = ("SigBlk", "SigIgn", "SigCgt")


@pytest.fixture
def server() -> Iterator[Path]:
    """The socket of a server that forks reading processes."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as folder:
        path = Path(folder) / "readers.sock"
        with readers.started(path) as process:
            yield path
            assert process.poll() is None
            assert process.stdin is not None
            process.stdin.close()


def request(folder: Path, pictures: int) -> ReadRequest:
    """A request to read large pictures, which takes a while."""
    picture, stream = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (1500, 1500)).save(picture, "PNG")
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(pictures):
            archive.writestr(f"a/{i}.png", picture.getvalue())
    folder.mkdir()
    (folder / "sent").write_bytes(stream.getvalue())
    return ReadRequest(files=(SourceFile(folder / "sent", "x.zip"),), out=folder / "out", parse={"size": 8})


@contextmanager
def started_readers() -> Iterator[list[Any]]:
    """Collects the reading processes that are started within the block."""
    found: list[Any] = []

    def kept(folder: Path) -> Any:
        found.append(start(folder))
        return found[-1]

    start = readers.replaced(kept)
    try:
        yield found
    finally:
        readers.replaced(start)


def seen(pid: int) -> dict[str, Any]:
    """The kernel's data about a process, which is stopped while they are read."""
    os.kill(pid, signal.SIGSTOP)
    try:
        return _seen(Path(f"/proc/{pid}"))
    finally:
        os.kill(pid, signal.SIGCONT)


def _seen(process: Path) -> dict[str, Any]:
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    files = [str(file.readlink()) for file in (process / "fd").iterdir()]
    environment = dict(one.split("=", 1) for one in (process / "environ").read_text().split("\0") if one)
    return {name: status[name].strip() for name in (*FIELDS, *SIGNALS)} | {
        "limits": (process / "limits").read_text(),
        "oom_score_adj": (process / "oom_score_adj").read_text(),
        "niceness": os.getpriority(os.PRIO_PROCESS, int(process.name)),
        "leads its session": os.getsid(int(process.name)) == int(process.name),
        "folder": (process / "cwd").readlink().name,
        "pipes": len({file for file in files if file.startswith("pipe:")}),
        "sockets": [file for file in files if file.startswith("socket:")],
        "files elsewhere": [
            file.replace(str(process), "/proc/self")
            for file in files
            if file.startswith("/")
            and "/out" not in file
            and "/sent" not in file
            and not file.endswith((".py", ".pyc", ".so"))  # a module that is being imported
        ],
        "threads": status["Threads"].strip(),
        "environment": environment | {"TMPDIR": ""},
    }


def looked_at(folder: Path) -> dict[str, Any]:
    """The kernel's data about a reading process while it reads."""
    found: list[dict[str, Any]] = []

    def look(line: Progress | Log) -> None:
        assert isinstance(line, Progress), f"the sandbox is incomplete on this machine: {line}"
        if not found:
            found.append(seen(processes[-1].pid))

    with started_readers() as processes, pytest.raises(ReadingCancelled):
        read(request(folder, 100), look, lambda: bool(found))
    assert gone(processes[-1].pid)
    return found[0]


def test_a_forked_reader_is_confined_as_a_new_one(tmp_path: Path) -> None:
    forked = looked_at(tmp_path / "forked")
    with readers.new_readers():
        new = looked_at(tmp_path / "new")
    assert forked == new
    assert (forked["Seccomp"], forked["NoNewPrivs"], forked["pipes"], forked["sockets"]) == ("2", "1", 3, [])


def test_a_forked_reader_reads_the_same(tmp_path: Path) -> None:
    forked = read(request(tmp_path / "forked", 2))
    with readers.new_readers():
        assert read(request(tmp_path / "new", 2)) == forked


def test_the_end_of_a_forked_reader_is_told(tmp_path: Path) -> None:
    with (
        started_readers() as processes,
        pytest.raises(ReadingFailed, match=r"crashed \(SIGSEGV\): the file is damaged"),
    ):
        read(request(tmp_path / "a", 100), lambda _: os.kill(processes[0].pid, signal.SIGSEGV))


PARENT = """
import sys

from reading.child import read
from reading.request import ReadRequest
from tests.servers import readers

with readers.forked_readers():
    start = readers.replaced(lambda folder: started.append(start(folder)) or started[-1])
    started = []
    read(ReadRequest.model_validate_json(sys.argv[1]), lambda line: print(started[0].pid, flush=True))
"""


@contextmanager
def asked_for(folder: Path, **env: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A process that has requested a reading, and the process id of the reader."""
    command = [sys.executable, "-c", PARENT, request(folder, 300).model_dump_json()]
    own = {name: value for name, value in os.environ.items() if name != readers.FOR_ALL}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own | {"PYTHONPATH": str(ROOT)} | env
    ) as parent:
        assert parent.stdout is not None
        reader = int(parent.stdout.readline())
        os.kill(reader, signal.SIGSTOP)  # else it would end by itself when nobody hears it
        try:
            yield parent, reader
        finally:
            parent.kill()
            with suppress(ProcessLookupError):
                os.kill(reader, signal.SIGKILL)


def test_a_forked_reader_dies_with_the_process_that_asked_for_it(tmp_path: Path, server: Path) -> None:
    with asked_for(tmp_path / "a", **{readers.FOR_ALL: str(server)}) as (parent, reader):
        assert not gone(reader)
        parent.kill()
        wait_until(lambda: gone(reader), "the end of the reading")


def test_a_forked_reader_dies_with_the_process_that_forks(tmp_path: Path) -> None:
    with asked_for(tmp_path / "a") as (_, reader):
        server = int(Path(f"/proc/{reader}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: gone(reader), "the end of the reading")
