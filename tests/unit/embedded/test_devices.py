"""How GPUs and cores are divided among workers."""

from pathlib import Path

import pytest

from hub.embedded.devices import gpus, unlisted_gpu, worker_envs
from hub.machine import Machine

BIG = Machine(16, 32, None)


@pytest.mark.parametrize(
    ("visible", "found"), [("", []), ("-1", []), ("0", ["0"]), ("2,5", ["2", "5"]), ("GPU-8f", ["GPU-8f"])]
)
def test_only_visible_gpus_are_used(visible: str, found: list[str]) -> None:
    assert list(gpus({"CUDA_VISIBLE_DEVICES": visible})) == found


@pytest.mark.parametrize(
    ("workers", "found", "shares"),
    [
        (None, [], [None]),
        (3, [], [None, None, None]),
        (None, ["0", "1"], ["0", "1", ""]),
        (3, ["4", "7"], ["4", "7", "4", ""]),
        (1, ["0", "1"], ["0", ""]),
    ],
)
def test_there_is_a_worker_for_each_gpu_or_as_many_as_asked_for(
    workers: int | None, found: list[str], shares: list[str | None]
) -> None:
    assert [env.get("CUDA_VISIBLE_DEVICES") for env in worker_envs(workers, found, {})] == shares


@pytest.mark.parametrize(
    ("file", "env", "found"),
    [
        ("nvidia0", {}, True),
        ("nvidia12", {}, True),
        ("nvidia0", {"CUDA_VISIBLE_DEVICES": ""}, False),
        ("nvidia-caps", {}, False),
    ],
)
def test_a_gpu_is_noticed_without_its_tools(tmp_path: Path, file: str, env: dict[str, str], *, found: bool) -> None:
    (tmp_path / file).touch()
    assert unlisted_gpu(env, tmp_path) == found


def test_workers_share_the_cores_unless_told_otherwise() -> None:
    assert [env["GRADUS_CORES"] for env in worker_envs(None, [], {}, BIG)] == ["16"]
    assert [env["GRADUS_CORES"] for env in worker_envs(3, [], {}, BIG)] == ["5", "5", "5"]
    assert {env["GRADUS_CORES"] for env in worker_envs(100, [], {}, BIG)} == {"1"}
    assert {env["GRADUS_CORES"] for env in worker_envs(2, [], {"GRADUS_CORES": "7"}, BIG)} == {"7"}


@pytest.mark.parametrize(
    ("workers", "free", "set_", "slots"),
    [
        (1, 9, {}, ["8"]),  # 1 GiB for the service, 8 for trainers
        (4, 9, {}, ["2"] * 4),
        (4, None, {}, ["4"] * 4),
        (4, 1, {}, ["1"] * 4),
        (2, 9, {"GRADUS_SLOTS": "3"}, ["3"] * 2),
        (2, 65, {"GRADUS_CORES": "5"}, ["5"] * 2),
    ],
)
def test_workers_share_the_free_memory(workers: int, free: int | None, set_: dict[str, str], slots: list[str]) -> None:
    machine = Machine(16, 32, None if free is None else free * 2**30)
    assert [env["GRADUS_SLOTS"] for env in worker_envs(workers, [], set_, machine)] == slots


def test_a_worker_that_may_find_a_gpu_counts_its_slots_itself() -> None:
    (one,) = worker_envs(None, [], {}, BIG, hidden_gpu=True)
    assert one == {"GRADUS_CORES": "16", "GRADUS_SLOTS": ""}


def test_what_the_operator_has_set_stands_beside_gpus() -> None:
    gpu, beside = worker_envs(None, ["0"], {"GRADUS_CORES": "4", "GRADUS_SLOTS": "2"}, BIG)
    assert gpu["GRADUS_SLOTS"] == "2"
    assert (beside["GRADUS_CORES"], beside["GRADUS_SLOTS"]) == ("4", "4")


def test_a_gpu_is_for_one_run_at_a_time_and_a_worker_beside_it_has_the_other_cores() -> None:
    first, second, beside = worker_envs(None, ["0", "1"], {}, BIG)
    assert [first["GRADUS_SLOTS"], second["GRADUS_SLOTS"]] == ["1", "1"]
    assert beside["CUDA_VISIBLE_DEVICES"] == ""
    assert (beside["GRADUS_DEVICE"], beside["GRADUS_CORES"], beside["GRADUS_ON_REQUEST"]) == ("cpu", "14", "1")


def test_workers_that_are_told_to_use_the_cpu_need_none_beside_them() -> None:
    (one,) = worker_envs(None, ["0", "1"], {"GRADUS_DEVICE": "cpu"}, BIG)
    assert (one["GRADUS_CORES"], one["GRADUS_SLOTS"]) == ("16", "16"), "all cores, and no GPU's one slot"
