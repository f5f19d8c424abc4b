"""The child process: `python -m worker.trainer --threads N --device auto|cpu|cuda [--memory GIB]`."""

import argparse

from worker.trainer.pipe import Pipe
from worker.trainer.process_limits import step_back


def main() -> None:
    """Serve the parent until it closes the pipe."""
    pipe = Pipe()  # first: from now on a print is harmless, and the parent's death is heard
    options = argparse.ArgumentParser()
    options.add_argument("--threads", type=int, required=True)
    options.add_argument("--device", choices=["auto", "cpu", "cuda"], required=True)
    options.add_argument("--memory", type=float)
    chosen = options.parse_args()
    step_back()
    from worker.trainer.serve import serve  # noqa: PLC0415 (imports torch, which takes seconds)

    serve(pipe, chosen.threads, chosen.device, chosen.memory)


if __name__ == "__main__":
    main()
