"""Processes of low priority, also on systems where Linux shares the CPUs among sessions."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GROUP = Path("/proc/self/autogroup")
pytestmark = pytest.mark.skipif(not os.access(GROUP, os.W_OK), reason="Linux does not share the CPUs among sessions")
PROGRAM = """
import json
import os
from pathlib import Path
from reading.priority import give_way

give_way(3, 700)
score = Path("/proc/self/oom_score_adj")
group = Path("/proc/self/autogroup").read_text().strip()
print(json.dumps([os.nice(0), int(score.read_text()) if score.exists() else 700, group]))
"""


def told(*, is_leader: bool) -> tuple[int, int, str]:
    """Niceness, out-of-memory score and group of a process that gives way.

    Linux gives a session a group when the session begins: the group of a process that has run in the machine's first
    session from the start, as in some containers, reads as "".
    """
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], start_new_session=is_leader, capture_output=True, text=True, check=True
    )
    niceness, score, group = json.loads(answer.stdout)
    return niceness, score, group


def test_a_process_gives_way_with_the_session_that_it_leads() -> None:
    niceness, score, group = told(is_leader=True)
    assert niceness == os.nice(0) + 3
    assert score >= 700
    assert group.endswith(f" nice {niceness}")


def test_a_process_leaves_the_session_of_another_as_it_is() -> None:
    before = GROUP.read_text().strip()
    assert told(is_leader=False)[::2] == (os.nice(0) + 3, before)
    assert GROUP.read_text().strip() == before
