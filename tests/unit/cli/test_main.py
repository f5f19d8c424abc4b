"""The command line without a service: exit codes, messages, and modules that it does not import."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from gradus.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "text", "code", "said"),
    [
        (["ls"], "", 3, "gradus up"),
        (["ls", "--url", "nowhere"], "", 2, "is not a URL"),
        (["ls", "--url", "http://127.0.0.1:1"], "", 3, "nothing answers at http://127.0.0.1:1"),
        (["submit"], "", 2, "no spec given: name a file"),
        (["submit", "-"], '{"dataset":', 2, "standard input is not JSON"),
        (["submit", "there-is-none.json"], "", 2, "there-is-none.json cannot be read"),
        (["submit", "--example", "lecture"], "", 2, "use one of"),
        (["submit", "--example", "digits", "--set", "epochs"], "", 2, "path=value"),
        (["submit", "-", "--example", "digits"], "{}", 2, "cannot be combined"),
        (["submit", "digits"], "", 2, "did you mean --example digits?"),
        (["show"], "", 2, "missing argument"),
        (["watch"], "", 3, "gradus up"),
        (["keys"], "", 2, "gradus keys --help"),
        (["sweeps", "create", "--example", "digits", "--seeds", "many"], "", 2, "write how many"),
        (["ls", "--status", "sleeping"], "", 2, "'--status': 'sleeping' is not one of 'queued'"),
        (["ls", "--limit", "0"], "", 2, "must be greater than or equal to 1"),
        (["lose"], "", 2, "lose"),
        (["lss"], "", 2, "did you mean 'ls'?"),
        (["list"], "", 2, "'gradus list' is not a command: did you mean 'ls'?"),
        (["delete", "last"], "", 2, "did you mean 'rm'?"),
        (["sweep", "show", "last"], "", 2, "'gradus sweep' is not a command: did you mean 'sweeps'?"),
        (["dataset"], "", 2, "did you mean 'datasets'?"),
        (["key", "list"], "", 2, "did you mean 'keys'?"),
        (["keys", "list"], "", 2, "'gradus keys list' is not a command: did you mean 'ls'?"),
        (["keys", "delete"], "", 2, "did you mean 'rm' or 'revoke'?"),
        (["experiment", "ls"], "", 2, "did you mean 'experiments' or 'export'?"),
        (["experiments", "remove"], "", 2, "did you mean 'rm'?"),
        (["datasets", "digits"], "", 2, "hint: gradus datasets --help"),
        (["sweeps", "create", "--example", "digits", "--random", "dropout=0..0.5"], "", 2, "needs both --random"),
        (["sweeps", "create", "--example", "digits"], "", 2, "--random with --draws, --variant, or --columns"),
        (["sweeps", "create", "--example", "digits", "--grid", "seed=1,2", "--variant", "l2=1"], "", 2, "one way"),
        (["ls", "-q", "--json"], "", 2, "--quiet and --json cannot be combined"),
        (["submit", "--example", "digits", "-q", "-w"], "", 2, "--quiet and --watch cannot be combined"),
        (["ls", "--stauts"], "", 2, "--status"),
        (["up", "--port", "70000"], "", 2, "--port"),
        (["up", "--root-path", "gradus"], "", 2, "'gradus' is not a path: write it like /gradus"),
        (["up", "--root-path", "//host/gradus"], "", 2, "is not a path"),
    ],
)
def test_a_mistake_is_a_sentence_a_hint_and_an_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    text: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.setenv("GRADUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("GRADUS_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["gradus", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert said in told.err


def test_it_is_light() -> None:
    heavy = "torch numpy fastapi sqlalchemy celery redis uvicorn plotext"
    code = f"import sys, gradus.cli.main; print(*[name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


CAUGHT = """
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a script's shell starts a background job
code = "import sys, signal; sys.argv = ['gradus', 'version']\\n" \
    "import gradus.cli.main as it\\n" \
    "try: it.main()\\nexcept SystemExit: print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
"""


def test_an_interrupt_is_taken_even_where_a_shell_started_it_in_the_background() -> None:
    done = subprocess.run([sys.executable, "-c", CAUGHT], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "True"
