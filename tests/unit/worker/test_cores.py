"""The device that a worker chooses for a job when it claims it."""

from dataclasses import replace

import pytest

from gradus.device_name import CpuName
from gradus.spec.device import CpuThreads
from hub.cores import WORK_PER_THREAD
from hub.jobs.device_request import DeviceRequest
from worker.cores import Cores, device_for

OWN = CpuName(1, "GenuineIntel AVX512", "torch 2.13.0+cpu", "mmm")
WIDE = DeviceRequest("auto", None, 100 * WORK_PER_THREAD, 0)
SMALL = replace(WIDE, multiply_adds=WORK_PER_THREAD // 2)


@pytest.mark.parametrize(
    "name",
    [
        "cpu:1",
        "cpu:2 (AuthenticAMD AVX512, torch 2.13.0+cpu)",
        "cpu:16 (GenuineIntel AVX2, products omm, torch 2.13.0+cpu)",
        "cpu:4 (aarch64 DEFAULT, products mmm, torch 2.13.0)",
    ],
)
def test_a_name_is_read_as_it_is_written(name: str) -> None:
    assert str(CpuName.parse(name)) == name


def test_older_names_stand_for_onednn_and_gpus_are_none() -> None:
    older = CpuName.parse("cpu:2 (AuthenticAMD AVX512, torch 2.13.0+cpu)")
    assert older == CpuName(2, "AuthenticAMD AVX512", "torch 2.13.0+cpu", "ooo")
    assert CpuName.parse("cuda:NVIDIA H200 (torch 2.11.0+cu130)") is None


@pytest.mark.parametrize(
    ("request_", "idle", "fixed", "threads"),
    [
        (WIDE, 16, None, 16),
        (WIDE, 4, None, 4),
        (SMALL, 16, None, 1),
        (WIDE, 16, 2, 2),  # GRADUS_THREADS
        (replace(SMALL, wish=CpuThreads(threads=8)), 1, 2, 8),  # the spec decides
        (replace(SMALL, wish=CpuThreads(threads=64)), 1, None, 16),  # as far as there are cores
        (replace(WIDE, before="cpu:3 (GenuineIntel AVX512, torch 2.13.0+cpu)"), 16, None, 3),  # resumed
        (replace(WIDE, before="cpu:3 (GenuineIntel AVX512, torch 2.13.0+cpu)"), 0, 1, 3),  # also on busy cores
        (replace(WIDE, before="cpu:64 (GenuineIntel AVX512, torch 2.13.0+cpu)"), 16, None, 16),  # not here
        (replace(WIDE, before="cuda:NVIDIA H200 (torch 2.11.0+cu130)"), 16, None, 16),
    ],
)
def test_the_spec_decides_then_the_run_then_the_worker(
    request_: DeviceRequest, idle: int, fixed: int | None, threads: int
) -> None:
    assert device_for(OWN, request_, 16, idle, fixed).threads == threads


@pytest.mark.parametrize(
    ("before", "products"),
    [
        (None, "mmm"),
        ("cpu:1 (GenuineIntel AVX512, products omm, torch 2.13.0+cpu)", "omm"),  # kept where the bits can be
        ("cpu:1 (GenuineIntel AVX512, torch 2.13.0+cpu)", "ooo"),  # of an older version
        ("cpu:1 (AuthenticAMD AVX512, products omm, torch 2.13.0+cpu)", "mmm"),  # other bits anyway
        ("cpu:1 (GenuineIntel AVX512, products omm, torch 2.12.0+cpu)", "mmm"),
    ],
)
def test_a_resumed_run_keeps_its_libraries_where_it_can_keep_its_bits(before: str | None, products: str) -> None:
    assert device_for(OWN, replace(WIDE, before=before), 16, 16, None).products == products


def test_runs_share_the_cores_of_their_worker() -> None:
    cores, own = Cores(16), str(OWN)

    def threads(slot: str, request: DeviceRequest) -> int:
        chosen = CpuName.parse(cores.choose(slot, own, request))
        assert chosen is not None
        return chosen.threads

    assert threads("first", replace(WIDE, multiply_adds=10 * WORK_PER_THREAD)) == 10
    assert threads("second", WIDE) == 6, "what is idle"
    assert threads("second", WIDE) == 6, "a repeated claim counts once"
    assert threads("third", WIDE) == 1, "nothing is idle: one all the same"
    cores.release("first")
    assert threads("fourth", WIDE) == 9
    assert cores.choose("fifth", "cuda:NVIDIA H200 (torch 2.11.0+cu130)", WIDE).startswith("cuda:")


def test_cores_that_others_use_are_not_idle() -> None:
    cores = Cores(16, busy_with_others=lambda: 3.4)
    assert cores.choose("first", str(OWN), WIDE).startswith("cpu:13 ")


@pytest.mark.parametrize(
    ("name", "products"),
    [
        (None, "ooo"),
        ("cuda:0 (NVIDIA H200)", "ooo"),
        ("cpu:1", "ooo"),
        ("cpu:2 (GenuineIntel AVX2, products omm)", "omm"),
    ],
)
def test_the_libraries_of_a_device_are_told_by_its_name(name: str | None, products: str) -> None:
    assert CpuName.products_of(name) == products
