"""The process that answers one question: `python -m worker.answering --memory GIB`."""

import argparse
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence

from reading.priority import give_way
from worker.trainer.process_limits import ANSWERING_NICENESS, OOM_SCORE, limit_memory


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the question from stdin, and write the reply to the original stdout. If stdin is closed before that, the
    worker has ended or no longer wants the answer, and the process exits."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # prints of libraries go to stderr, not beside the reply
    options = argparse.ArgumentParser()
    options.add_argument("--memory", type=float, required=True)
    memory = options.parse_args(arguments).memory
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    with open(0, "rb", closefd=False) as lines:
        asked = lines.readline()
        threading.Thread(target=_exit_with_parent, args=(lines.read,), name="parent", daemon=True).start()
        give_way(ANSWERING_NICENESS, OOM_SCORE)
        limit_memory(memory)
        from worker.answering.answer import reply  # noqa: PLC0415 (imports torch, which takes seconds)

        out.write(reply(asked, memory).model_dump_json().encode() + b"\n")
        out.flush()
        os._exit(0)  # the other thread is reading


def _exit_with_parent(read: Callable[[], bytes]) -> None:
    read()
    os._exit(0)


if __name__ == "__main__":
    main()
