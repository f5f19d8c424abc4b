"""Reads CIFAR-10 as a ZIP file of 60 000 JPEGs in folders: time, processor time and memory."""

import argparse
import os
import resource
import shutil
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

from benchmarks.report import header, table
from reading.child import read
from reading.messages import Log, Progress
from reading.request import ReadRequest
from reading.source import SourceFile


def packed(archive: Path, path: Path) -> int:
    """Make a ZIP file of the pictures in a tar archive; returns how many."""
    count = 0
    with tarfile.open(archive) as pictures, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for member in pictures:
            content = pictures.extractfile(member) if member.isfile() else None
            if content is not None:
                file.writestr(member.name.removeprefix("./"), content.read())
                count += 1
    return count


def private_mib(process: int) -> int:
    """Memory of a process in MiB, without mapped files."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    print(header("CIFAR-10 as a ZIP file of folders", ("pillow", "duckdb", "numpy")))
    archive = Path(os.environ["GRADUS_DATASETS_DIR"]) / "cifar10-jpeg.tar.xz"
    peaks = [0]

    def heard(_: Progress | Log) -> None:
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            peaks.append(private_mib(int(child)))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cifar.zip"
        count = packed(archive, path)
        started = time.monotonic()
        found = read(ReadRequest(files=(SourceFile(path, path.name),), out=Path(folder) / "out"), heard)
        seconds = time.monotonic() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert found.rows == count
        processor = f"{used.ru_utime + used.ru_stime:.0f}"
        size = f"{path.stat().st_size / 1e6:.0f}"
        row = (f"{count:,}", size, f"{seconds:.0f}", processor, max(peaks), used.ru_maxrss // 1024)
        shutil.rmtree(Path(folder) / "out")
    columns = ("pictures", "MB", "s", "processor s", "own memory, MiB", "with mapped pixels, MiB")
    print(table(columns, [row]))


if __name__ == "__main__":
    main()
