"""Downloads from mirrors."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gradus.wire.event import StepProgress
from tests.servers.mirror import Fault, running_mirror
from tests.unit.data.tiny import PACKED, TRAIN, facts
from worker.data import download, long_step
from worker.data.errors import DataError
from worker.data.images import read_images

LABELS = "train-labels-idx1-ubyte.gz"
NOBODY_HOME = "http://127.0.0.1:1/data/"


@pytest.fixture(autouse=True)
def every_step_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_step, "INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(download, "CHUNK_BYTES", 16)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("fault", ["none", "without length"])
def test_missing_files_are_downloaded_into_the_last_directory(tmp_path: Path, fault: Fault) -> None:
    said: list[str | StepProgress] = []
    with running_mirror(PACKED, fault) as mirror:
        raw = read_images(facts(mirrors=(mirror.url,)), [tmp_path / "given", tmp_path / "own"], said.append)
    assert len(raw.inputs) == TRAIN
    assert names(tmp_path / "own" / "tiny") == set(PACKED)
    assert names(tmp_path / "given") == set()
    assert any(str(line).startswith(f"downloading {LABELS} from 127.0.0.1") for line in said)
    size, what = len(PACKED[LABELS]), f"downloading {LABELS}"
    told = [one for one in said if isinstance(one, StepProgress) and one.what == what]
    assert told[0] == StepProgress(what=what, done=16, total=size if fault == "none" else None, unit="bytes")
    assert told[-1] == StepProgress(what=what, done=size, total=size, unit="bytes")


def test_what_is_here_is_not_downloaded_again(tmp_path: Path) -> None:
    with running_mirror(PACKED) as mirror:
        for _ in range(2):
            read_images(facts(mirrors=(mirror.url,)), [tmp_path], print)
        assert set(mirror.asked.values()) == {1}


@pytest.mark.parametrize("fault", ["absent", "cut short", "damaged", "not gzip"])
def test_the_next_mirror_is_asked_when_one_fails(tmp_path: Path, fault: Fault) -> None:
    said: list[str | StepProgress] = []
    with running_mirror(PACKED, fault) as bad, running_mirror(PACKED) as good:
        raw = read_images(facts(mirrors=(NOBODY_HOME, bad.url, good.url)), [tmp_path], said.append)
    assert len(raw.inputs) == TRAIN
    assert any(str(line).startswith(f"{NOBODY_HOME}{LABELS}: ") for line in said)
    assert any(str(line).startswith(f"{bad.url}{LABELS}: ") for line in said)
    assert names(tmp_path / "tiny") == set(PACKED)


@pytest.mark.parametrize("fault", ["absent", "cut short", "damaged", "not gzip"])
def test_a_bad_download_leaves_nothing_behind(tmp_path: Path, fault: Fault) -> None:
    with running_mirror(PACKED, fault) as mirror, pytest.raises(DataError) as refusal:
        read_images(facts("packed", mirrors=(mirror.url,)), [tmp_path], print)
    assert "'tiny' is missing and could not be downloaded: put train-images-idx3-ubyte.gz into" in str(refusal.value)
    assert str(tmp_path / "tiny") in str(refusal.value)
    assert names(tmp_path / "tiny") == set()


def test_a_mirror_is_tried_a_second_time(tmp_path: Path) -> None:
    with running_mirror(PACKED, "cut short once") as mirror:
        read_images(facts(mirrors=(mirror.url,)), [tmp_path], print)
        assert set(mirror.asked.values()) == {2}


def test_many_can_download_at_once(tmp_path: Path) -> None:
    with running_mirror(PACKED) as mirror, ThreadPoolExecutor(8) as pool:
        tiny = facts(mirrors=(mirror.url,))
        loaded = list(pool.map(lambda _: read_images(tiny, [tmp_path], print), range(16)))
    assert {raw.inputs.tobytes() for raw in loaded} == {loaded[0].inputs.tobytes()}
    assert names(tmp_path / "tiny") == set(PACKED)


def test_an_interrupted_download_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupt(news: str | StepProgress) -> None:
        if isinstance(news, StepProgress):
            raise KeyboardInterrupt

    with running_mirror(PACKED) as mirror, contextlib.suppress(KeyboardInterrupt):
        read_images(facts(mirrors=(mirror.url,)), [tmp_path], interrupt)
    assert names(tmp_path / "tiny") == set()
