"""Real files through the whole service: `python -m benchmarks.tables`; `--published` for the published numbers.

`GRADUS_DATASETS_DIR` must name a folder with `tables` and `cifar10-jpeg.tar.xz`. Files of packages are fetched into a
temporary folder.
"""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import httpx

from benchmarks.report import header
from benchmarks.tables import epoch, published
from benchmarks.tables.case import Case, Folders, Missing
from benchmarks.tables.check import Checked, check
from benchmarks.tables.files import FILES
from benchmarks.tables.service import Served, service

LOG_CHARACTERS = 5000
"""Number of characters of each log that are shown if something fails."""
COLUMNS = "| file | rows × columns | task | inputs | alarms | scikit-learn | float64 | faults | s |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--published", action="store_true", help="train the published networks")
    parser.add_argument("--epoch", action="store_true", help="time an epoch on a table")
    parser.add_argument("--packages", type=Path, help="keep what is fetched in this folder")
    parser.add_argument("names", nargs="*", help="only these files or numbers")
    options = parser.parse_args()
    datasets = Path(os.environ["GRADUS_DATASETS_DIR"])
    if options.published:
        published.run(options.names or list(published.PUBLISHED), datasets / "tables")
        return
    if options.epoch:
        epoch.run(datasets / "tables")
        return
    wanted = [case for case in FILES if not options.names or case.name in options.names]
    sys.exit(_files(wanted, datasets, options.packages))


def _files(cases: Sequence[Case], datasets: Path, packages: Path | None) -> int:
    """Print a line for each file; returns the number of files with errors."""
    print(header("Real files", ("scikit-learn", "pandas", "scipy", "torch", "duckdb")))
    print(f"{COLUMNS}\n| --- | ---: | --- | ---: | --- | ---: | ---: | --- | ---: |", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="gradus-tables-") as name, service(Path(name)) as served:
        folders = Folders(datasets, packages or Path(name) / "packages", Path(name) / "made")
        for folder in (folders.packages, folders.made):
            folder.mkdir(exist_ok=True)
        for case in cases:
            wrong += _line(case, served, folders)
    return wrong


def _line(case: Case, served: Served, folders: Folders) -> bool:
    """Print the line of a file; returns whether something is wrong with it."""
    try:
        found = check(case, served, folders)
    except Missing as reason:
        print(f"| {case.name} | skipped: {reason} |", flush=True)
        return False
    except (AssertionError, httpx.HTTPError) as error:
        traceback.print_exc()
        for log in served.folder.glob("*.log"):
            print(f"{log.name}:\n{log.read_text()[-LOG_CHARACTERS:]}", file=sys.stderr)
        print(f"| {case.name} | failed: {error} |", flush=True)
        return True
    print(_words(found), flush=True)
    return bool(found.faults)


def _words(found: Checked) -> str:
    cells = (
        found.name,
        f"{found.rows} × {found.columns}",
        found.task,
        found.inputs,
        ", ".join(sorted(found.alarms)) or "none",
        f"{found.agreement.sklearn:.0e}",
        f"{found.agreement.numpy:.0e}",
        "; ".join(found.faults) or "none",
        f"{found.seconds:.0f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
