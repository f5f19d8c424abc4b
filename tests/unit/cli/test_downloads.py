"""Progress of a worker's downloads, as the command line shows it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradus.cli.run_state import RunState
from gradus.client import StreamEvent
from gradus.status import EventKind
from gradus.wire.event import StepProgress
from tests.servers.mirror import running_mirror
from tests.unit.data.tiny import PACKED, facts
from worker.data import download, long_step
from worker.data.images import read_images

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_a_worker_tells_of_a_download_moves_the_bar_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_step, "INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(download, "CHUNK_BYTES", 16)
    said: list[str | StepProgress] = []
    with running_mirror(PACKED) as mirror:
        read_images(facts(mirrors=(mirror.url,)), [tmp_path], said.append)
    run, seen = RunState("exp_1"), []
    for i, step in enumerate(one for one in said if isinstance(one, StepProgress)):
        run = run.after(StreamEvent(i, EventKind.PROGRESS, AT, "exp_1", step))
        seen.append(run.waits_on)
    steps = [one for one in seen if one]
    assert {one.what for one in steps} == {*(f"downloading {file}" for file in PACKED), "reading tiny"}
    first = [one.done for one in steps if one.what.endswith(next(iter(PACKED)))]
    assert first[:2] == [16, 32]
    assert first == sorted(set(first))
    assert seen[-1] is None  # all is read
