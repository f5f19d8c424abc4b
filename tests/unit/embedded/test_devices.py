"""Workers, GPUs and cores."""

import pytest

from hub.embedded.devices import gpus, worker_envs


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
        (None, ["0", "1"], ["0", "1"]),
        (3, ["4", "7"], ["4", "7", "4"]),
        (1, ["0", "1"], ["0"]),
    ],
)
def test_there_is_a_worker_for_each_gpu_or_as_many_as_asked_for(
    workers: int | None, found: list[str], shares: list[str | None]
) -> None:
    assert [env.get("CUDA_VISIBLE_DEVICES") for env in worker_envs(workers, found)] == shares


def test_workers_share_the_cores_unless_told_otherwise() -> None:
    assert {env["GRADUS_SLOTS"] for env in worker_envs(10_000, [], {})} == {"1"}
    assert {env["GRADUS_SLOTS"] for env in worker_envs(2, [], {"GRADUS_SLOTS": "5"})} == {"5"}


def test_a_gpu_is_for_one_run_at_a_time() -> None:
    assert {env["GRADUS_SLOTS"] for env in worker_envs(None, ["0", "1"], {})} == {"1"}
