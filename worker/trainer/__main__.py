"""The child process: `python -m worker.trainer --threads N --device auto|cpu|cuda`."""

import argparse
import os

from worker.trainer.pipe import Pipe

NICENESS = 5
"""Below the API and the database, which have to answer while a run takes every core."""


def main() -> None:
    """Serve the parent until it closes the pipe."""
    pipe = Pipe()  # first: from now on a print is harmless, and the parent's death is heard
    options = argparse.ArgumentParser()
    options.add_argument("--threads", type=int, required=True)
    options.add_argument("--device", choices=["auto", "cpu", "cuda"], required=True)
    chosen = options.parse_args()
    os.nice(NICENESS)
    from worker.trainer.serve import serve  # noqa: PLC0415 (imports torch, which takes seconds)

    serve(pipe, chosen.threads, chosen.device)


if __name__ == "__main__":
    main()
