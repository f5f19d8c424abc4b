"""A benchmark that is stopped also stops what it has started."""

import signal
import subprocess
import sys

from tests.servers.processes import ROOT

PROGRAM = """
import time
from benchmarks.unwinding import unwind_on_sigterm

unwind_on_sigterm()
try:
    print("started", flush=True)
    time.sleep(60)
finally:
    print("stopped", flush=True)
"""


def test_sigterm_runs_what_stops_servers() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.terminate()
        assert process.stdout.read() == "stopped\n"
    assert process.returncode == 128 + signal.SIGTERM
