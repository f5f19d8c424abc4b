"""The reading process can do nothing but read, compute and write into its own folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reading.request import Limits, ReadRequest
from reading.source import SourceFile

CONFINED = """
import ctypes, os, resource, socket, subprocess, sys, threading
from pathlib import Path

from reading.request import ReadRequest
from reading.sandbox.confine import confine

request = ReadRequest.model_validate_json(sys.argv[1])
missing = confine(request)
assert not missing, missing
deed, path = sys.argv[2], request.files[0].path

def thread():
    worker = threading.Thread(target=lambda: print("ran"))
    worker.start()
    worker.join()

def io_uring():
    if ctypes.CDLL(None, use_errno=True).syscall(425, 1, None) < 0:
        raise OSError(ctypes.get_errno(), "io_uring")

def is_open(path):
    links = map(Path("/proc/self/fd").joinpath, os.listdir("/proc/self/fd"))
    return any(link.exists() and link.samefile(path) for link in links)

def burn():
    while True:
        pass

{
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "socket of IPv6": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    "local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "io_uring": io_uring,
    "fork": os.fork,
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "kill": lambda: os.kill(os.getppid(), 0),
    "read of another file": lambda: open("/etc/passwd").read(),
    "read beside": lambda: (path.parent / "beside.csv").read_text(),
    "write beside": lambda: (path.parent / "new").write_text("x"),
    "write over": lambda: path.write_text("x"),
    "memory": lambda: bytearray(2**30),
    "long file": lambda: Path("long").write_bytes(bytes(4096)),
    "read": lambda: print(path.read_text()),
    "write": lambda: print(Path("own").write_text("own")),
    "thread": thread,
    "burn": burn,
    "hold": lambda: print(*(path for path in ("/proc/self", "/proc/meminfo") if is_open(path))),
}[deed]()
"""


FORGETFUL = """
import os, subprocess, sys
from pathlib import Path

from reading.request import ReadRequest
from reading.sandbox.confine import confine
from reading.stored.connection import connect

request = ReadRequest.model_validate_json(sys.argv[1])
(asked, ask), (answered, answer) = os.pipe(), os.pipe()
if os.fork() == 0:  # without the confinement
    os.read(asked, 1)
    os.write(answer, b"%d" % bool(subprocess.run(["mount", "-o", "remount", "/proc"]).returncode))
    os._exit(0)
missing = confine(request)
assert not missing, missing
connect(request.out).close()
os.write(ask, b"x")
assert os.read(answered, 1) == b"0"
connect(request.out).close()
print(len(Path("/proc/meminfo").read_text()) > 0)
"""
"""Linux forgets the inodes of procfs when it is mounted anew, as it does when memory is short."""
OWN_PROCFS = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")
"""Runs a program with a procfs that it may mount anew."""


def attempt(
    folder: Path, deed: str, limits: Limits, script: str = CONFINED, within: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    (folder / "in").mkdir()
    (folder / "out").mkdir()
    (folder / "in" / "beside.csv").write_text("secret")
    file = folder / "in" / "a.csv"
    file.write_text("a,b\n1,2\n")
    request = ReadRequest(files=(SourceFile(path=file, name="a.csv"),), out=folder / "out", limits=limits)
    return subprocess.run(
        [*within, sys.executable, "-c", script, request.model_dump_json(), deed],
        cwd=folder / "out",
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"},
    )


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        ("socket", "PermissionError"),
        ("socket of IPv6", "PermissionError"),
        ("local socket", "PermissionError"),
        ("io_uring", "PermissionError"),
        ("fork", "PermissionError"),
        ("exec", "PermissionError"),
        ("kill", "PermissionError"),
        ("read of another file", "PermissionError"),
        ("read beside", "PermissionError"),
        ("write beside", "PermissionError"),
        ("write over", "PermissionError"),
        ("memory", "MemoryError"),
        ("long file", "File too large"),
    ],
)
def test_what_a_reading_process_cannot_do(tmp_path: Path, deed: str, error: str) -> None:
    tried = attempt(tmp_path, deed, Limits(unpacked_bytes=1000))
    assert tried.returncode == 1
    assert error in tried.stderr.splitlines()[-1]
    assert (tmp_path / "in" / "a.csv").read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize(
    ("deed", "said"),
    [("read", "a,b\n1,2\n\n"), ("write", "3\n"), ("thread", "ran\n"), ("hold", "/proc/self /proc/meminfo\n")],
)
def test_what_a_reading_process_can_do(tmp_path: Path, deed: str, said: str) -> None:
    tried = attempt(tmp_path, deed, Limits())
    assert (tried.returncode, tried.stdout) == (0, said), tried.stderr


def test_a_reading_process_has_no_more_processor_time_than_its_deadline(tmp_path: Path) -> None:
    assert attempt(tmp_path, "burn", Limits(seconds=1)).returncode < 0


def test_a_reading_process_sees_its_files_of_procfs_also_after_linux_forgot_their_inodes(tmp_path: Path) -> None:
    try:
        subprocess.run([*OWN_PROCFS, "mount", "-o", "remount", "/proc"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no program may mount a procfs of its own here")
    tried = attempt(tmp_path, "", Limits(), FORGETFUL, OWN_PROCFS)
    assert (tried.returncode, tried.stdout) == (0, "True\n"), tried.stderr
