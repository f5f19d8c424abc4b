"""The command line where no service is needed: exit codes, sentences, and what it does not import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def gradus(folder: Path, *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    env = {"PATH": os.environ["PATH"], "GRADUS_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "gradus.cli", *arguments]
    return subprocess.run(command, env=env, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "text", "code", "said"),
    [
        (["ls"], "", 3, "gradus up"),
        (["ls", "--url", "nowhere"], "", 2, "is no address"),
        (["ls", "--url", "http://127.0.0.1:1"], "", 3, "nothing answers at http://127.0.0.1:1"),
        (["submit"], "", 2, "name a spec's file"),
        (["submit", "-"], '{"dataset":', 2, "the standard input is no JSON"),
        (["submit", "there-is-none.json"], "", 2, "there-is-none.json cannot be read"),
        (["submit", "--example", "lecture"], "", 2, "take one of"),
        (["submit", "--example", "digits", "--set", "epochs"], "", 2, "path=value"),
        (["submit", "-", "--example", "digits"], "{}", 2, "name a spec's file"),
        (["watch"], "", 2, "Missing argument"),
        (["ls", "--status", "sleeping"], "", 2, "sleeping"),
        (["lose"], "", 2, "lose"),
        (["up", "--port", "70000"], "", 2, "--port"),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(
    tmp_path: Path, arguments: list[str], text: str, code: int, said: str
) -> None:
    done = gradus(tmp_path, *arguments, text=text)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_the_commands_and_the_exit_codes(tmp_path: Path) -> None:
    shown = gradus(tmp_path, "--help")
    assert shown.returncode == 0
    assert {"up", "submit", "watch", "ls", "lecture", "version"} <= set(shown.stdout.split())
    assert "Exit codes: 0 done" in shown.stdout


def test_it_is_light() -> None:
    heavy = "torch numpy fastapi sqlalchemy celery redis uvicorn plotext"
    code = f"import sys, gradus.cli.main; print(*[name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
