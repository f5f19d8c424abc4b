"""The trainer process: `python -m worker.trainer --device auto|cpu|cuda [--memory GIB]`."""

import argparse
from collections.abc import Sequence

from reading.priority import give_way
from worker.trainer.pipe import Pipe
from worker.trainer.process_limits import NICENESS, OOM_SCORE


def main(arguments: Sequence[str] | None = None) -> None:
    """Train jobs until the parent closes the pipe."""
    pipe = Pipe()  # first: from now on prints do not disturb the protocol, and the parent's death ends the process
    options = argparse.ArgumentParser()
    options.add_argument("--device", choices=["auto", "cpu", "cuda"], required=True)
    options.add_argument("--memory", type=float)
    chosen = options.parse_args(arguments)
    give_way(NICENESS, OOM_SCORE)
    from worker.trainer.serve import serve  # noqa: PLC0415 (imports torch, which takes seconds)

    serve(pipe, chosen.device, chosen.memory)


if __name__ == "__main__":
    main()
