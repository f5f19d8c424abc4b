"""Trainers that are forked from a process that has imported torch."""

import os
import resource
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow
from tests.built_in import resolved
from tests.integration.worker.processes import TIMED, alive, until
from tests.servers.trainers import running_trainer_server
from worker.trainer.protocol import EpochDone, Idle, Train, Trainee
from worker.trainer_process import TrainerLost, TrainerProcess


@pytest.fixture
def trainer() -> Iterator[TrainerProcess]:
    """A trainer that the tests' fork server has forked, and that is ready."""
    trainer = TrainerProcess("cpu", 1.0)
    assert trainer.wait_until_ready().startswith("cpu:1 ")
    yield trainer
    trainer.kill()


def trained(trainer: TrainerProcess, folder: Path, threads: int = 2) -> list[str]:
    """The metrics rows of a run on the digits, as JSON. Its matrix products are large enough for several threads."""
    spec = Spec(dataset="digits", layers=[320, 160], batch_norm=True, batch_size=256, optimizer="adam", epochs=3)
    job = Train(
        trainees=(Trainee(id="exp_1", spec=spec, data=resolved(spec).data, epoch=0, seconds=0.0),),
        dataset_dirs=(),
        device=f"cpu:{threads}",
        artifacts_url=str(folder / "artifacts"),
        token=1,
        checkpoint_seconds=20,
    )
    trainer.send(job)
    told: list[MetricsRow] = []
    while not isinstance(report := trainer.receive(1.0), Idle):
        if isinstance(report, EpochDone):
            told += [member.row for member in report.members]
    return [row.model_dump_json(exclude=set(TIMED)) for row in told]


def hear_on(trainer: TrainerProcess) -> None:
    """Receive reports until the trainer is lost."""
    while True:
        trainer.receive(60)


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def server_on(path: Path) -> int:
    """The process id of the fork server that was started with this path."""
    own = [int(pid) for pid in Path("/proc/self/task").joinpath(str(os.getpid()), "children").read_text().split()]
    (server,) = [pid for pid in own if str(path) in Path(f"/proc/{pid}/cmdline").read_text()]
    return server


def has_torch(pid: int) -> bool:
    return "libtorch" in Path(f"/proc/{pid}/maps").read_text()


def test_a_trainer_that_is_silent_when_it_should_stop_is_killed(trainer: TrainerProcess) -> None:
    with pytest.raises(TrainerLost, match="did not stop and was killed"):
        trainer.finish_job((), lambda _: None, silence=0.1)
    assert not trainer.alive


@pytest.mark.parametrize("named", [True, False])
def test_without_the_server_a_trainer_gives_the_bits_of_a_forked_one(
    trainer: TrainerProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: bool
) -> None:
    if named:
        monkeypatch.setenv("GRADUS_TRAINER_SERVER", str(tmp_path / "nobody"))
    else:
        monkeypatch.delenv("GRADUS_TRAINER_SERVER")
    other = TrainerProcess("cpu", 1.0)
    try:
        other.wait_until_ready()
        assert parent(other.pid) == os.getpid() != parent(trainer.pid)
        two_then_one = [trained(trainer, tmp_path, threads) for threads in (2, 1)]
        one_then_two = [trained(other, tmp_path, threads) for threads in (1, 2)]
        assert two_then_one == one_then_two[::-1], "a job's threads do not depend on the job before"
    finally:
        other.kill()


def test_it_keeps_none_of_the_server_s_files_and_has_a_session_of_its_own(trainer: TrainerProcess) -> None:
    servers = [link for link in Path(f"/proc/{parent(trainer.pid)}/fd").iterdir() if is_socket(link)]
    own = [link for link in Path(f"/proc/{trainer.pid}/fd").iterdir() if is_socket(link)]
    assert len(own) == 1 < len(servers)  # the connection by which its end is told, and none of the others
    assert os.getsid(trainer.pid) == trainer.pid


def is_socket(link: Path) -> bool:
    return str(link.readlink()).startswith("socket:")


def test_its_end_is_heard_of(trainer: TrainerProcess) -> None:
    os.kill(trainer.pid, signal.SIGKILL)
    with pytest.raises(TrainerLost, match="killed by SIGKILL"):
        trainer.receive(60)
    assert not trainer.alive


def test_the_ends_of_many_at_once_are_heard_of(trainer: TrainerProcess) -> None:
    many = [TrainerProcess("cpu") for _ in range(8)]
    for one in many:
        os.kill(one.pid, signal.SIGKILL)
    for one in many:
        with pytest.raises(TrainerLost, match="killed by SIGKILL"):
            hear_on(one)
        one.kill()
    assert trainer.alive


def test_beside_a_server_that_hangs_it_trains_and_ends(trainer: TrainerProcess, tmp_path: Path) -> None:
    server = parent(trainer.pid)
    os.kill(server, signal.SIGSTOP)
    try:
        assert len(trained(trainer, tmp_path)) == 3
        trainer.kill()
        assert not trainer.alive
    finally:
        os.kill(server, signal.SIGCONT)
    until(lambda: not alive(trainer.pid))


def test_it_outlives_the_server_and_its_end_is_heard_of_then_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with running_trainer_server() as path:
        monkeypatch.setenv("GRADUS_TRAINER_SERVER", str(path))
        until(path.exists)
        assert not has_torch(server_on(path)), "it is imported for the first process"
        trainer = TrainerProcess("cpu")
        trainer.wait_until_ready()
        assert has_torch(parent(trainer.pid))
    assert len(trained(trainer, tmp_path)) == 3
    os.kill(trainer.pid, signal.SIGKILL)
    with pytest.raises(TrainerLost, match="killed by SIGKILL"):
        trainer.receive(60)
    assert not trainer.alive
    trainer.kill()


def test_a_request_that_is_none_costs_the_server_nothing(trainer: TrainerProcess) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["GRADUS_TRAINER_SERVER"])
        connection.sendall(b"a trainer, please\n")
        assert connection.recv(1) == b""
    another = TrainerProcess("cpu")
    assert parent(another.pid) == parent(trainer.pid)
    another.kill()


def test_descriptors_of_a_request_that_is_none_are_closed(trainer: TrainerProcess, tmp_path: Path) -> None:
    with (tmp_path / "sent").open("wb") as sent:
        for text in (b"[]\n", b"a trainer, please\n", b'{"argument', b"{}\n"):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(os.environ["GRADUS_TRAINER_SERVER"])
                socket.send_fds(connection, [text], [sent.fileno()] * 3)
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(1) == b""
    open_files = [link.resolve() for link in Path(f"/proc/{parent(trainer.pid)}/fd").iterdir()]
    assert (tmp_path / "sent").resolve() not in open_files


def test_the_server_has_one_thread(trainer: TrainerProcess) -> None:
    assert len(list(Path(f"/proc/{parent(trainer.pid)}/task").iterdir())) == 1  # no other would survive a fork


def test_a_worker_with_more_than_a_thousand_open_files_hears_of_the_end() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard), hard))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        trainer = TrainerProcess("cpu")
        trainer.wait_until_ready()
        assert trainer.alive
        os.kill(trainer.pid, signal.SIGKILL)
        with pytest.raises(TrainerLost, match="killed by SIGKILL"):
            hear_on(trainer)
        trainer.kill()
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_trainer_is_not_forked_for_a_gpu() -> None:
    trainer = TrainerProcess("cuda")
    try:
        assert parent(trainer.pid) == os.getpid()
    finally:
        trainer.kill()
