"""A forked part is like a new process: it has its own session and signals, and no open files but its streams."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SUPERVISOR = """
import atexit, json, os, signal, sys, time
from pathlib import Path
from hub.embedded.forked import ForkedProcess, can_fork

def fork(run):
    with open("log", "ab") as log:
        return ForkedProcess(run, log, {"ONLY": "this"}, Path(os.environ["FOLDER"]))

assert can_fork()
signal.signal(signal.SIGTERM, lambda *_: None)
"""
"""A supervisor with a signal handler, which its parts must not inherit."""


def supervise(folder: Path, script: str) -> str:
    """Run the script in a supervisor; returns the log of its parts."""
    done = subprocess.run(
        [sys.executable, "-c", SUPERVISOR + script],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "FOLDER": "/"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return (folder / "log").read_text()


@pytest.mark.parametrize(
    ("run", "code", "logged"),
    [
        ("print('bye')", 0, "bye\n"),
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('no room')", 1, "no room\n"),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, ""),
        ("atexit.register(print, 'at last')", 0, "at last\n"),
    ],
)
def test_its_end_is_that_of_a_program(tmp_path: Path, run: str, code: int, logged: str) -> None:
    assert supervise(tmp_path, f"sys.stdout.write('once ')\nassert fork(lambda: {run}).wait() == {code}\n") == logged


def test_an_error_is_told_in_its_log(tmp_path: Path) -> None:
    assert "ZeroDivisionError" in supervise(tmp_path, "assert fork(lambda: 1 / 0).wait() == 1\n")


def test_it_has_nothing_of_the_supervisor_s_but_its_modules(tmp_path: Path) -> None:
    look = """
lock = open("lock", "w")
def look():
    files = sorted(map(int, os.listdir("/proc/self/fd")))
    print(json.dumps([os.getsid(0) == os.getpid(), dict(os.environ), os.getcwd(), files]))
assert fork(look).wait() == 0
"""
    *found, files = json.loads(supervise(tmp_path, look))
    assert found == [True, {"ONLY": "this"}, "/"]
    assert files == [0, 1, 2, 3]  # the last is the look itself


def test_its_standard_input_closes_with_the_supervisor_though_others_live(tmp_path: Path) -> None:
    ended = """
one = fork(lambda: print(os.read(0, 1) == b"", flush=True))
other = fork(lambda: time.sleep(1000))
assert one.poll() is None
one.stdin.close()
assert one.wait(100) == 0
other.terminate()
assert other.wait(100) == -signal.SIGTERM
"""
    assert supervise(tmp_path, ended) == "True\n"


def test_a_process_with_two_threads_does_not_fork(tmp_path: Path) -> None:
    assert (
        supervise(
            tmp_path,
            """
import threading
open("log", "w").close()
end = threading.Event()
threading.Thread(target=end.wait).start()
assert not can_fork()
end.set()
""",
        )
        == ""
    )
