"""Scratch folders are deleted when their process no longer needs them, and after it was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub import scratch
from hub.scratch import scratch_folder, sweep

KILLED = """
import os, signal, sys
from pathlib import Path
from hub.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1]), "preview") as folder:
    (folder / "file").write_bytes(b"x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_scratch_folder_is_gone_at_its_end_whatever_was_left_in_it(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "incoming", "preview") as folder:
        (folder / "file").write_bytes(b"x")
    with pytest.raises(ValueError, match="x"), scratch_folder(tmp_path / "incoming", "preview"):
        raise ValueError("x")
    assert list((tmp_path / "incoming").iterdir()) == []


def test_what_a_killed_process_leaves_is_swept_and_what_others_use_is_not(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == 0
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    with scratch_folder(tmp_path, "parquet") as used:
        assert sweep(tmp_path) == 1
        assert list(tmp_path.iterdir()) == [used]


def test_what_is_about_to_be_used_stays_and_what_is_old_goes(tmp_path: Path) -> None:
    (tmp_path / f"preview-1{scratch.NEW}").mkdir()
    (tmp_path / "tmpfile").write_bytes(b"x")
    assert sweep(tmp_path) == 0
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    assert sweep(tmp_path, "other") == 0
    assert sweep(tmp_path) == 2
    assert list(tmp_path.iterdir()) == []
