"""A client of this version reads the responses of a later version's service, and keeps unchanged what it does not
know.
"""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from gradus import Client, NotFound
from gradus.cli.main import main
from gradus.client import Credentials
from gradus.client.client import Service
from gradus.client.request import Request
from gradus.client.retry import RetryPolicy
from gradus.client.sync_transport import SyncTransport
from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import runs
from tests.integration.api.service import Service as Served
from tests.integration.api.service import on_sqlite, serving
from tests.integration.hub.work import claim, submit, train_epoch
from tests.servers.future import ADDED, LaterVersion
from tests.servers.processes import ROOT

R = TypeVar("R")

pytestmark = on_sqlite


@dataclass(frozen=True)
class Later:
    """A service of a later version, and the ids of its experiments and sweep."""

    service: Served
    done: str
    failed: str
    sweep: str


def finish(hub: Hub, one: str, status: Status) -> None:
    """Train the experiment for two epochs and end it, as a worker does."""
    with hub.read() as session:
        row = experiments.get(session, one)
    assert row is not None
    claimed = claim(hub, row)
    with hub.write() as session:
        runs.write_log(session, claimed.lease, one, "a line")
    for epoch in (1, 2):
        train_epoch(hub, claimed, epoch)
    error = Failure(code=FailureCode.INTERNAL, message="a bolt") if status is Status.FAILED else None
    with hub.write() as session:
        runs.end(session, claimed.lease, one, status, error)


@pytest.fixture
def later(hub: Hub) -> Iterator[Later]:
    done, failed = (submit(hub, epochs=2, name=name).id for name in ("whole", "broken"))
    finish(hub, done, Status.SUCCEEDED)
    finish(hub, failed, Status.FAILED)
    with serving(hub, behind=LaterVersion) as service:
        with service.client() as now:
            spec = {"dataset": "digits", "layers": [4], "epochs": 2}
            sweep = now.post("/v1/sweeps", json={"base": spec, "variants": {"wide": {"layers": [9]}}}).json()
            fork = now.post(f"/v1/experiments/{done}/fork", json={"changes": {"seed": 3}})
            assert fork.status_code == 201, fork.text
        for result in sweep["results"]:
            finish(hub, result["experiments"][0], Status.SUCCEEDED)
        yield Later(service, done, failed, sweep["id"])


class Recording(SyncTransport):
    """A transport that keeps each response, and the value that it was parsed to."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(credentials)
        self.kept: list[tuple[str, bytes, Any]] = []
        self._content = b""

    async def send(self, request: Request[R], policy: RetryPolicy | None = None) -> R:
        value = await super().send(request, policy)
        self.kept.append((request.path, self._content, value[0] if isinstance(value, tuple) else value))
        return value

    async def _read(self, response: httpx.Response) -> None:
        await super()._read(response)
        self._content = response.content


def ask_everything(later: Later, service: Recording) -> None:
    spec = {"dataset": "digits", "layers": [4]}
    client = Service(service)
    done = client.experiments.get(later.done)
    client.experiments.get(later.failed)
    list(client.experiments.list())
    client.experiments.dry_run(spec)
    done.metrics()
    client.experiments.compare(done)
    list(done.logs())
    done.checkpoints()
    client.sweeps.get(later.sweep)
    list(client.sweeps.list())
    client.sweeps.dry_run({"base": spec, "grid": {"l2": [0, 0.1]}})
    list(client.datasets.list())
    client.datasets.get("digits")
    client.catalog()
    client.system()
    list(client.keys.list())
    client.keys.create("new")


def test_every_answer_is_read_and_kept_as_it_is(later: Later) -> None:
    service = Recording(later.service.access)
    ask_everything(later, service)
    service.http.close()
    for path, answer, read in service.kept:
        assert next(iter(ADDED)).encode() in answer, path
        assert json.loads(read.model_dump_json()) == json.loads(answer), path
    assert len({path for path, _, _ in service.kept}) == 14


def test_words_that_are_not_known_are_shown_as_they_are(later: Later) -> None:
    with Client(later.service.access.url, key=later.service.access.key) as client:
        run = client.experiments.get(later.done)
        assert (str(run.status), run.status.final, run.record.over) == ("pruned", False, True)
        assert run.record.model_extra == ADDED
        assert isinstance(run.spec, dict)
        assert (run.spec["optimizer"]["kind"], run.spec["mixup"]) == ("lion", 0.2)
        assert run.record.task == "segmentation"
        error = client.experiments.get(later.failed).error
        assert error is not None
        assert (error.code, error.message) == ("power_cut", "a bolt")


def test_a_run_whose_end_is_not_known_is_watched_and_waited_for_to_it(later: Later) -> None:
    with Client(later.service.access.url, key=later.service.access.key) as client:
        assert [row.epoch for row in client.experiments.get(later.done).watch()] == [1, 2]
        assert [str(one.kind) for one in client.experiments.get(later.done).events()][-1] == "end"
        assert client.experiments.get(later.done).wait(timeout=60).status == "pruned"
        assert client.sweeps.get(later.sweep).wait(timeout=60).status == "pruned"


def test_a_refusal_is_the_error_that_it_was(later: Later) -> None:
    with Client(later.service.access.url, key=later.service.access.key) as client, pytest.raises(NotFound) as refusal:
        client.experiments.get("exp_00000000000000000000000000")
    assert refusal.value.code == "not_found"


def test_runs_that_differ_in_what_is_not_known_are_compared(later: Later) -> None:
    with Client(later.service.access.url, key=later.service.access.key) as client:
        found = client.experiments.compare(later.done, later.failed)
        assert found.differences == {}
        assert [line["status"] for line in found._lines()] == ["pruned", "failed"]


OLD = "8e17fbe32f24bae1e308a2d4aa6a12fd0fc4eac9"
"""The commit of an old client, from the day on which the client began to accept unknown keys in responses."""


@pytest.fixture
def old_client(tmp_path: Path) -> Path:
    """A folder with the package `gradus` of the old commit."""
    packed = subprocess.run(["git", "archive", OLD, "gradus"], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"a shallow clone: commit {OLD} is missing")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(tmp_path / "old", filter="data")
    return tmp_path / "old"


def test_an_old_client_reads_everything_of_a_service_that_is_later_still(later: Later, old_client: Path) -> None:
    program = [sys.executable, "-P", str(ROOT / "tests" / "servers" / "old_client.py")]
    env = {"PYTHONPATH": str(old_client), "GRADUS_KEY": later.service.access.key or ""}
    ran = subprocess.run(
        [*program, later.service.url, later.done, later.failed, later.sweep],
        env=env,
        cwd=old_client,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    with later.service.client() as now:
        for path, answer in read["answers"].items():
            assert "added_later" in answer, path
            assert answer == now.get(path).json(), path
    assert set(read["listed"]) >= {later.done, later.failed, later.sweep, "digits", "mnist"}
    assert (read["statuses"], read["ended"], read["code"]) == (["pruned", "failed", "pruned"], "pruned", "power_cut")
    assert (read["optimizer"], read["watched"], read["compared"]) == ("lion", [1, 2], {})
    assert (set(read["kinds"]), read["kinds"][-1]) == ({"status", "epoch", "end"}, "end")  # skips what it does not know
    assert read["refusal"] == "not_found"
    assert Path(read["package"]).is_relative_to(old_client)


COMMANDS = {
    ("show", "{done}"): ["pruned", "lion lr=0.003 beta3=0.5", "moons", "mish", "validation accuracy"],
    ("show", "{done}", "--json"): ["added_later", '"mixup": 0.2', "pruned"],
    ("show", "{done}", "--spec"): ["mixup: 0.2", "kind: attention"],
    ("show", "{done}", "--csv"): ["epoch,step,train_loss"],
    ("show", "{failed}"): ["power_cut: a bolt"],
    ("ls",): ["pruned", "moons", "whole", "broken", "queued"],
    ("ls", "--json"): ["added_later"],
    ("watch", "{done}"): ["epoch 2/2", "pruned"],
    ("watch", "{done}", "--json"): ["added_later", '"kind": "end"'],
    ("watch", "{done}", "{failed}"): ["whole: pruned", "power_cut"],
    ("logs", "{done}"): ["epoch 2/2", "pruned"],
    ("compare", "{done}", "{failed}"): ["pruned", "validation accuracy"],
    ("compare", "{done}", "{failed}", "--json"): ["added_later"],
    ("sweeps", "show", "{sweep}"): ["2 pruned", "2 expired", "wide"],
    ("sweeps", "watch", "{sweep}"): ["pruned"],
    ("sweeps", "ls"): ["pruned"],
    ("datasets", "ls"): ["digits", "segmentation"],
    ("datasets", "show", "digits"): ["segmentation"],
    ("catalog",): ["optimizers", "adam"],
    ("catalog", "optimizers"): ["AdamW"],
    ("system",): ["queue", "1 queued"],
    ("keys", "ls"): ["auditor"],
    ("submit", "--set", "dataset=digits", "--set", "layers=[4]", "--dry-run"): ["moons", "lion"],
}
"""For each command, words that its output about a later version's service must contain."""
FAILS = {one for one in COMMANDS if "watch" in one}
"""Commands that exit with an error, because this client does not know the final status of their runs, and so does not
count it as success."""


def test_the_command_line_prints_what_it_does_not_know(
    later: Later, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADUS_URL", later.service.url)
    monkeypatch.setenv("GRADUS_KEY", later.service.access.key or "")
    for command, words in COMMANDS.items():
        arguments = [one.format(done=later.done, failed=later.failed, sweep=later.sweep) for one in command]
        monkeypatch.setattr(sys, "argv", ["gradus", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert (ended.value.code or 0) == (command in FAILS), (arguments, told.err)
        for word in words:
            assert word in told.out + told.err, (arguments, told.out)
