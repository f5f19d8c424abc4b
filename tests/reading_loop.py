"""Reads many mutants in one confined process, as `python -m tests.reading_loop SEED FIRST COUNT` in an empty folder.

Before each mutant it prints a line `NUMBER`, so that the last line shows at which mutant the process has crashed. After
each it prints a line `NUMBER MILLISECONDS OUTCOME`, where the outcome is `read`, or the code and the message of the
refusal. At the end it prints `peak MIB`.
"""

import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

from preprocessing.table import Table
from reading.__main__ import refusal
from reading.files import read_files
from reading.job import Job
from reading.report import Report
from reading.request import Limits, ReadRequest
from reading.sandbox.confine import confine
from reading.source import SourceFile
from tests.mutants import FAMILIES, mutant

SECONDS = 20
"""Seconds of processor time after which reading a mutant counts as hanging."""
LIMITS = Limits(seconds=100_000)


def main() -> None:
    seed, first, count = map(int, sys.argv[1:])
    folder = Path.cwd()
    file = folder / "sent"
    file.write_bytes(b"")
    for number in range(len(FAMILIES)):
        mutant(seed, number)  # makes the original, which needs a temporary folder
    confine(ReadRequest(files=(SourceFile(file, "sent"),), out=folder, limits=LIMITS))
    for number in range(first, first + count):
        name, content = mutant(seed, number)
        file.write_bytes(content)
        _say(number)
        started = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        outcome = _read(file, name, folder / "out")
        signal.setitimer(signal.ITIMER_PROF, 0)
        _say(number, round(1000 * (time.process_time() - started)), outcome)
    _say("peak", _peak_mib())


def _peak_mib() -> int:
    """The peak memory of this program in MiB. `ru_maxrss` would include the memory of the process that started it."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def _read(file: Path, name: str, out: Path) -> str:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    request = ReadRequest(files=(SourceFile(file, name),), out=out, limits=LIMITS)
    job = Job(request, Report(lambda _: None))
    try:
        read = read_files(job)
    except BaseException as error:
        failed = refusal(error, request)
        if failed.code == "reader_fault":
            traceback.print_exception(error)
        return f"{failed.code} {' '.join(failed.message.split())[:200]}"
    finally:
        job.close()
    assert Table(out).read == read
    return "read"


if __name__ == "__main__":
    main()
