"""With `pytest -n`, one fork server of each kind for all processes, started at the first use. Each takes seconds for
its imports.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers import commands, readers, trainer_servers, trainers, warm


@contextmanager
def servers_for_all() -> Iterator[None]:
    """Run the servers until the block ends."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as folder, ExitStack() as stack:
        for name, start in (
            (trainers.FOR_ALL, trainers.started),
            (readers.FOR_ALL, readers.started),
            (trainer_servers.FOR_ALL, trainer_servers.started),
            (warm.FOR_ALL, warm.started),  # the last, as its processes want those before
        ):
            path = Path(folder) / name.lower()
            stack.callback(_end, start(path), name)
            os.environ[name] = str(path)
            stack.callback(os.environ.pop, name)
        os.environ[commands.FOR_ALL] = str(stack.enter_context(commands.forked_commands()))
        stack.callback(os.environ.pop, commands.FOR_ALL)
        yield


def _end(server: "subprocess.Popen[bytes]", name: str) -> None:
    ended = server.poll()
    server.communicate()  # closes the pipe at whose end it ends
    assert ended is None, f"{name} ended with exit code {ended}"
