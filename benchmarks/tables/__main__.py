"""Real files through the whole service: `python -m benchmarks.tables`; `--published` for the published numbers.

`GRADUS_DATASETS_DIR` must name a folder with `tables` and `cifar10-jpeg.tar.xz`.
"""

import argparse
import os
from pathlib import Path

from benchmarks.tables import published


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--published", action="store_true", help="train the published networks")
    parser.add_argument("names", nargs="*", help="only these files or numbers")
    options = parser.parse_args()
    tables = Path(os.environ["GRADUS_DATASETS_DIR"]) / "tables"
    if options.published:
        published.run(options.names or list(published.PUBLISHED), tables)


if __name__ == "__main__":
    main()
