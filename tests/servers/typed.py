"""Runs `gradus` in this process, because most of a command's time is the start of its Python."""

import io
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout

import pytest

from gradus.cli.main import main


def typed(*arguments: str, env: Mapping[str, str], text: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the command without a terminal. `env` is added to the environment variables of this process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in env.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["gradus", *arguments])
        patch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as ended:
            main()
    return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), out.getvalue(), err.getvalue())
