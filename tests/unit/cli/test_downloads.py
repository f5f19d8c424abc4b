"""What a worker says of its downloads, as the command line understands it."""

from datetime import UTC, datetime
from pathlib import Path

from gradus.cli.run_state import RunState
from gradus.client import StreamEvent
from gradus.status import EventKind
from gradus.wire.experiment import LogLine
from tests.servers.mirror import running_mirror
from tests.unit.data.tiny import PACKED, facts
from worker.data.images import read_images

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_every_share_of_a_file_that_a_worker_tells_moves_the_bar(tmp_path: Path) -> None:
    said: list[str] = []
    with running_mirror(PACKED) as mirror:
        read_images(facts(mirrors=(mirror.url,)), [tmp_path], said.append)
    run, seen = RunState("exp_1"), []
    for i, line in enumerate(said):
        run = run.after(StreamEvent(i, EventKind.LOG, AT, "exp_1", LogLine(level="info", message=line)))
        seen.append(run.download)
    assert {one.file for one in seen if one} == set(PACKED)
    assert {one.percent for one in seen if one} == {25, 50, 75}
    assert seen[-1] is None  # the last file is whole
