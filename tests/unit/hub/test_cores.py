"""The number of slots of a machine, and the threads of a run."""

import subprocess
import sys
from pathlib import Path

import pytest

from hub.cores import WORK_PER_THREAD, slots, threads
from hub.cpu_load import WINDOW, CpuLoad
from hub.machine import Machine, this_machine

GIB = 2**30


@pytest.mark.parametrize(
    ("cores", "free", "expected"),
    [
        (1, 64 * GIB, 1),
        (2, 20 * GIB, 2),
        (16, 64 * GIB, 16),
        (16, 9 * GIB, 8),  # 1 GiB for the service, 8 for trainers
        (16, GIB, 1),  # one even then: it may be a small network
        (128, 1024 * GIB, 64),
        (4, None, 4),  # a system that does not say
    ],
)
def test_there_is_a_slot_for_each_core_if_memory_allows(cores: int, free: int | None, expected: int) -> None:
    assert slots(cores, free) == expected


@pytest.mark.parametrize(
    ("work", "idle", "waiting", "expected"),
    [
        (WORK_PER_THREAD // 10, 16, 0, 1),  # a small network gains nothing
        (2 * WORK_PER_THREAD, 2, 0, 2),
        (1000 * WORK_PER_THREAD, 16, 0, 16),  # alone: the whole machine
        (1000 * WORK_PER_THREAD, 16, 1, 8),  # another waits: half for it
        (1000 * WORK_PER_THREAD, 16, 63, 1),  # a sweep: one for each
        (1000 * WORK_PER_THREAD, 0, 0, 1),  # no core is idle
        (3 * WORK_PER_THREAD, 16, 0, 3),
    ],
)
def test_threads_are_worth_their_work_and_idle(work: int, idle: int, waiting: int, expected: int) -> None:
    assert threads(work, idle, waiting) == expected


def machine(root: Path, monkeypatch: pytest.MonkeyPatch, cpus: int, files: dict[str, str]) -> Machine:
    """The machine that a process sees if it may run on this number of logical CPUs and finds these system files."""
    monkeypatch.setattr("hub.machine.affinity", lambda: frozenset(range(cpus)))
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return this_machine(root)


def hyperthreads(cpus: int) -> dict[str, str]:
    """System files of a machine with two logical CPUs for each core, numbered as Linux does: 0 and n/2 belong to the
    first core."""
    half = cpus // 2
    listed = "sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    return {listed.format(i): f"{i % half},{i % half + half}\n" for i in range(cpus)}


MEMINFO = {"proc/meminfo": "MemTotal:       32000000 kB\nMemAvailable:   16777216 kB\n"}


@pytest.mark.parametrize(
    ("cpus", "files", "expected"),
    [
        (4, {}, Machine(4, 4, None)),
        (32, hyperthreads(32) | MEMINFO, Machine(16, 32, 16 * GIB)),
        (1, hyperthreads(2), Machine(1, 1, None)),  # an affinity of one of the core's two
        (8, {"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "250000 100000\n"}, Machine(3, 8, None)),
        (8, {"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "max 100000\n"}, Machine(8, 8, None)),
        (8, {"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n"}, Machine(1, 8, None)),
        (  # seen from inside a container, whose group is the mount
            8,
            {"proc/self/cgroup": "0::/docker/1f\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"},
            Machine(2, 8, None),
        ),
        (
            8,
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/c\n3:memory:/c\n",
                "sys/fs/cgroup/cpu/c/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu/c/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory/c/memory.limit_in_bytes": str(4 * GIB),
                "sys/fs/cgroup/memory/c/memory.usage_in_bytes": str(GIB),
            },
            Machine(4, 8, 3 * GIB),
        ),
        (
            2,
            {"proc/self/cgroup": "1:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"},
            Machine(2, 2, None),
        ),
        (
            8,
            MEMINFO | {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": str(2 * GIB)},
            Machine(8, 8, 2 * GIB),
        ),
    ],
)
def test_a_machine_is_what_affinity_and_control_groups_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpus: int, files: dict[str, str], expected: Machine
) -> None:
    assert machine(tmp_path, monkeypatch, cpus, files) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="taskset is Linux's")
def test_taskset_limits_the_cores() -> None:
    program = "from hub.machine import this_machine; print(this_machine().cores)"
    run = subprocess.run(
        ["taskset", "-c", "0", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "1\n"


def stat(*rows: tuple[int, ...]) -> str:
    return "cpu 0\n" + "".join(f"cpu{i} {' '.join(map(str, row))}\n" for i, row in enumerate(rows)) + "intr 5\n"


def test_others_are_busy_with_what_is_not_nice_on_our_cpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cpu_load.affinity", lambda: frozenset({0, 1}))
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/stat").write_text(stat((100,) * 10, (0,) * 10, (0,) * 10))
    now = 0.0
    load = CpuLoad(lambda: now, tmp_path)
    assert load.busy() == 0
    load.sample()
    now = 2.0  # user 150, nice 200, system 50, idle; the third CPU is not ours
    (tmp_path / "proc/stat").write_text(stat((250, 300, 150, *(100,) * 7), (0, 0, 0, 200, *(0,) * 6), (200,) * 10))
    assert load.busy() == 1.0


def test_asking_forgets_no_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cpu_load.affinity", lambda: frozenset({0}))
    (tmp_path / "proc").mkdir()
    now = 0.0
    load = CpuLoad(lambda: now, tmp_path)
    for second in range(4):  # a core is busy all the time
        now = float(second)
        (tmp_path / "proc/stat").write_text(stat((100 * second, *(0,) * 9)))
        load.sample()
    now = 3.001  # less than a tick later, the counters are the same
    assert [load.busy() for _ in range(2 * WINDOW)] == [pytest.approx(1.0, rel=1e-3)] * 2 * WINDOW


def test_a_system_without_counters_has_no_load(tmp_path: Path) -> None:
    load = CpuLoad(root=tmp_path)
    load.sample()
    assert load.busy() == 0
