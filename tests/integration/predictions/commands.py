"""Runs the command line in this process."""

import pytest

from gradus.cli import main as command_line


def ran(*arguments: str) -> int:
    """Run `gradus` with these arguments; returns the exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["gradus", *arguments])
        with pytest.raises(SystemExit) as done:
            command_line.main()
    return int(done.value.code or 0)
