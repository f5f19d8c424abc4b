"""What a worker and its trainers use of their machine."""

import os
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pynvml
import pytest
import torch

from api.prometheus import PrometheusMetrics
from gradus.wire.system import RunUsage, Usage
from tests.integration.hub.work import a_worker
from worker.gpu_usage import GpuUsage, gpu_reader
from worker.trainer.peak_memory import PeakMemory
from worker.usage import UsageSampler

CARD = "cuda:NVIDIA H200 (torch 2.11.0+cu130)"
MIB = 2**20


def process(root: Path, pid: int, user: int, system: int, kib: int) -> None:
    """Write the system's files about a process that has used this many ticks of processor time and KiB of memory. In
    addition it shares memory with nine others; its part is 10 KiB."""
    folder = root / "proc" / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stat").write_text(f"{pid} (a (worse) name) S {' 0' * 10} {user} {system} 0 0 20")
    (folder / "status").write_text(f"Name:\tpython\nVmRSS:\t{kib + 100} kB\nThreads:\t1\n")
    (folder / "smaps_rollup").write_text(f"55d0-7ffc ---p [rollup]\nRss: {kib + 100} kB\nPss: {kib + 10} kB\n")


@pytest.fixture
def us() -> int:
    """The process id of this process. It is another one while the tests are collected."""
    return os.getpid()


def test_cpu_is_the_mean_since_the_last_sample_and_memory_the_sum(tmp_path: Path, us: int) -> None:
    at = 100.0
    for pid in (us, 7, 8):
        process(tmp_path, pid, 1000, 1000, 1)
    sampler = UsageSampler(lambda: (7, 8, 9), lambda: GpuUsage(0.5, 10, 20), lambda: at, tmp_path)
    assert sampler.latest is None
    process(tmp_path, us, 1050, 1000, 100)  # 0.5 s
    process(tmp_path, 7, 2000, 1100, 200)  # 11 s
    process(tmp_path, 8, 10, 0, 300)  # another process of this number: it may have begun before
    at += 10.0
    sampler.sample()
    assert sampler.latest == Usage(
        cpu=1.15, memory_bytes=630 * 1024, gpu=0.5, gpu_memory_bytes=10, gpu_memory_total_bytes=20
    )


def test_what_processes_share_is_found_out_as_often_as_it_is_cheap(
    tmp_path: Path, us: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, spent = 100.0, iter([0.0, 0.05, 1.0, 1.05])
    monkeypatch.setattr("worker.usage.time.thread_time", lambda: next(spent))
    process(tmp_path, us, 0, 0, 1000)
    sampler = UsageSampler(list, clock=lambda: at, root=tmp_path)

    def memory() -> int:
        sampler.sample()
        assert sampler.latest is not None
        return sampler.latest.memory_bytes // 1024

    assert memory() == 1010
    process(tmp_path, us, 0, 0, 3000)
    (tmp_path / "proc" / str(us) / "smaps_rollup").write_text("Pss: 3100 kB\n")
    at += 49.0
    assert memory() == 3010, "as much is shared as before"
    at += 1.0
    assert memory() == 3100, "nothing is shared any more"


def test_where_the_system_says_nothing_the_usage_is_unknown(tmp_path: Path) -> None:
    sampler = UsageSampler(lambda: (7,), root=tmp_path)
    sampler.sample()
    assert sampler.latest is None


def test_this_process_is_measured() -> None:
    sampler = UsageSampler(list)
    sampler.sample()
    assert sampler.latest is not None
    assert sampler.latest.memory_bytes > 10 * MIB
    assert sampler.latest.gpu is None


def driver(busy: int | None) -> ModuleType:
    """A substitute for NVML with two GPUs, which answers as the library does."""
    calls = {
        "NVMLError": pynvml.NVMLError,
        "nvmlInit": lambda: None,
        "nvmlDeviceGetHandleByIndex": lambda number: f"GPU-{number}",
        "nvmlDeviceGetHandleByUUID": lambda name: name,
        "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(used=len(handle), total=100),
    }

    def rates(_: str) -> SimpleNamespace:
        if busy is None:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(gpu=busy)

    module = ModuleType("pynvml")
    vars(module).update(calls, nvmlDeviceGetUtilizationRates=rates)
    return module


@pytest.mark.parametrize(
    ("device", "visible", "busy", "found"),
    [
        (CARD, None, 25, GpuUsage(0.25, 5, 100)),
        (CARD, "1,0", 0, GpuUsage(0.0, 5, 100)),
        (CARD, "GPU-9c2a", 100, GpuUsage(1.0, 8, 100)),
        (CARD, "0", None, None),
        ("cpu:2", None, 25, None),
    ],
)
def test_the_gpu_is_the_first_that_is_visible(
    device: str, visible: str | None, busy: int | None, found: GpuUsage | None
) -> None:
    env = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert gpu_reader(device, env, driver(busy))() == found


def test_without_a_driver_the_gpu_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", missing)
    assert gpu_reader(CARD, {})() is None


def test_the_peak_of_a_job_is_beyond_the_start_and_not_that_of_the_job_before() -> None:
    peak = PeakMemory(torch.device("cpu"))
    peak.begin()
    np.ones(64 * MIB, np.uint8)
    first = peak.bytes()
    peak.begin()
    second = peak.bytes()
    assert first is not None
    assert second is not None
    assert 60 * MIB < first < 96 * MIB
    assert second < first - 32 * MIB


def test_prometheus_tells_only_of_what_is_known_and_not_over() -> None:
    metrics = PrometheusMetrics()
    usage = Usage(cpu=1.5, memory_bytes=10, gpu=0.25, gpu_memory_bytes=20, gpu_memory_total_bytes=30)
    busy, new = a_worker("busy", usage=usage), a_worker("new")
    runs = RunUsage(experiment_id="exp_1", samples_per_second=None, peak_memory_bytes=7)
    metrics.set_usage([busy, new], [runs])
    lines = metrics.exposition({}, {}, 2, 0).decode().splitlines()
    told = {line for line in lines if line.startswith(("gradus_worker_", "gradus_run_"))}
    assert told == {
        'gradus_worker_cpu_cores{worker="busy"} 1.5',
        'gradus_worker_memory_bytes{worker="busy"} 10.0',
        'gradus_worker_gpu_utilization{worker="busy"} 0.25',
        'gradus_worker_gpu_memory_bytes{worker="busy"} 20.0',
        'gradus_run_peak_memory_bytes{experiment="exp_1"} 7.0',
    }
    metrics.set_usage([], [])
    text = metrics.exposition({}, {}, 0, 0).decode()
    assert "gradus_worker_cpu_cores{" not in text
