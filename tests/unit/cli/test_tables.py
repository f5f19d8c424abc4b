"""Tables and boards in a terminal: what they show, and that they fit into 80 columns."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console, RenderableType

from gradus.cli.commands import show, sweep_results
from gradus.cli.commands.compare import comparison
from gradus.cli.commands.ls import listing
from gradus.cli.commands.watch_view import LiveView
from gradus.cli.run_state import RunState
from gradus.client import StreamEvent
from gradus.status import EventKind, Status
from gradus.sweep.request import SweepRequest
from gradus.wire.checkpoint import CheckpointRecord
from gradus.wire.event import StepProgress
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from gradus.wire.sweep import SweepRecord
from tests.unit.client.said import AT, document, metrics_row

COLUMNS = 80
LONG = "a name that nobody would give, but some script does it all the same, and then it has to be shown"
HUGE = {"train_loss": 1.2345e30, "validation_accuracy": None, "validation_loss": float("nan")}


def shown(what: RenderableType, height: int = 100) -> list[str]:
    console = Console(width=COLUMNS, height=height, highlight=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(what)
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= COLUMNS
    return [line.rstrip() for line in lines if line.strip()]


def record(number: int = 1, **changes: Any) -> ExperimentRecord:
    return ExperimentRecord.model_validate(document(**{"id": f"exp_{number:026}", **changes}))


def run(number: int = 1, rows: int = 0, **changes: Any) -> RunState:
    numbers = tuple(MetricsRow.model_validate(metrics_row(i + 1)) for i in range(rows))
    return RunState(f"exp_{number:026}", record(number, **changes), numbers)


def test_a_board_has_a_bar_for_each_run_and_tells_equal_names_apart() -> None:
    lines = shown(LiveView([run(1, 2, status="running"), run(2, 3, status="succeeded"), run(3, name=LONG)]))
    assert [line.split()[:2] for line in lines[1:3]] == [["000001", "one"], ["000002", "one"]]
    assert "2/3" in lines[1]
    assert "succeeded" in lines[2]
    assert lines[3].startswith("a name that nobody wo…")
    assert "queued" in lines[3]


def test_a_single_run_shows_its_newest_epochs() -> None:
    lines = shown(LiveView([run(1, 30, status="running")]))
    assert [line.split()[0] for line in lines[3:]] == [str(epoch) for epoch in range(19, 31)]


def test_a_regression_has_losses_where_others_have_accuracies() -> None:
    nothing = {"train_accuracy": None, "validation_accuracy": None, "test_accuracy": None}
    one = replace(run(1), rows=(MetricsRow.model_validate(metrics_row(1, **nothing)),))
    lines = shown(LiveView([one]))
    assert "acc." not in "".join(lines)
    assert lines[1].split()[-4:-1] == ["2.0000", "2.1000", "2.2000"]


def test_more_runs_than_lines_are_counted_and_those_that_train_come_first() -> None:
    runs = [*(run(number) for number in range(30)), run(30, 1, status="running", name="busy")]
    lines = shown(LiveView(runs), height=15)
    assert len(lines) <= 15
    assert "busy" in lines[1]
    assert lines[-1] == "… and 21 more: 21 queued"
    assert len(shown(LiveView(runs, whole=True), height=15)) == 32


def test_a_download_has_a_bar_until_it_is_done() -> None:
    def told(percent: int) -> StreamEvent:
        step = StepProgress(what="downloading train-images.gz", done=percent, total=100, unit="bytes")
        return StreamEvent(percent, EventKind.PROGRESS, datetime(2026, 11, 22, 12, tzinfo=UTC), "exp_1", step)

    half = run().after(told(50))
    assert half.waits_on is not None
    assert re.search(r"downloading train-images.gz .* 50 %", shown(LiveView([half]))[-1])
    assert half.after(told(100)).waits_on is None


def test_the_time_left_runs_down_between_two_epochs() -> None:
    one = replace(run(1, 2, status="running"), row_at=100.0)  # epochs of 0.5 s, one to go
    assert [one.eta_seconds(now) for now in (100.0, 100.2, 101.0, 200.0)] == pytest.approx([0.5, 0.3, 0.0, 0.0])
    assert run(1, 2, status="paused").eta_seconds() is None


@pytest.mark.parametrize("status", Status)
def test_a_portrait_fits_and_says_what_can_be_done_next(status: Status) -> None:
    error = {"code": "diverged", "message": "the loss is nan", "epoch": 3} if status is Status.FAILED else None
    best = metrics_row(3)
    lines = shown(show.page(record(status=status, name=LONG, error=error, best=best), run(1, 5).rows))
    assert lines[-1].startswith("next: gradus ")
    assert "network     64–8–10, 1 parameters" in lines
    assert any("validation accuracy 0.8000" in line for line in lines)


def test_a_list_fits_with_numbers_as_long_as_they_get() -> None:
    best = metrics_row(100_000, **HUGE)
    progress = {"epoch": 100_000, "epochs": 100_000, "eta_seconds": None}
    lines = shown(listing([record(name=LONG, best=best, latest=best, progress=progress, status="cancelled")]))
    assert len(lines) == 2


def test_a_comparison_has_a_column_for_each_run_and_marks_the_best() -> None:
    slow, fast = ({"optimizer": {"kind": "sgd", "lr": lr}} for lr in (0.01, 0.1))
    records = [record(i, spec=spec, name=LONG, best=metrics_row(i)) for i, spec in ((2, slow), (4, fast))]
    (table,) = comparison(records, COLUMNS)
    lines = shown(table)
    assert "optimizer.lr         0.01              0.1" in lines
    assert "test accuracy        0.6500            0.8250" in lines


@pytest.mark.parametrize(("more", "marked"), [(1, 2), (2, 1)])
def test_one_example_more_is_not_marked_as_better(more: int, marked: int) -> None:
    best = [metrics_row(1) | {"validation_accuracy": right / 143} for right in (130, 130 + more)]
    spec = {"dataset": "digits"}
    (table,) = comparison([record(i, spec=spec, best=row) for i, row in enumerate(best)], COLUMNS)
    console = Console(width=COLUMNS, force_terminal=True, color_system="standard", legacy_windows=False)
    with console.capture() as captured:
        console.print(table)
    (line,) = (line for line in captured.get().splitlines() if "validation accuracy" in line)
    assert line.count("\x1b[1;32m") == marked


def test_many_runs_are_compared_in_several_tables() -> None:
    assert [len(table.columns) - 1 for table in comparison([record(i) for i in range(7)], COLUMNS)] == [3, 3, 1]


@pytest.mark.parametrize(
    ("epochs", "said"),
    [([], None), ([7, 3, 3], "epoch 3, 7"), (list(range(30)), f"epoch … {', '.join(map(str, range(18, 30)))}")],
)
def test_one_experiment_tells_from_which_epochs_a_fork_can_go_on(epochs: list[int], said: str | None) -> None:
    kept = [CheckpointRecord(epoch=one, step=one, whole=True, size=1, created_at=AT) for one in epochs]
    half = CheckpointRecord(epoch=5, step=7, whole=False, size=1, created_at=AT)
    lines = shown(show.page(record(), (), [half, *kept]))
    found = [line.split(maxsplit=1)[1] for line in lines if line.startswith("checkpoints")]
    assert found == ([said] if said else [])


RESULT: dict[str, Any] = {
    "label": "base",
    "changes": {},
    "experiments": ["exp_1", "exp_2"],
    "seeds": [0, 1],
    "statuses": ["succeeded", "succeeded"],
    "values": [0.9, 0.92],
    "mean": 0.91,
    "std": 0.0141,
    "ci95": [0.783, 1.037],
    "n": 2,
    "succeeded": 2,
    "of": 2,
    "common_mean": 0.91,
    "common_seeds": [0, 1],
    "difference": None,
    "verdict": None,
    "failed": [],
}


def swept(results: Sequence[dict[str, Any]], grain: float | None = 0.0002) -> SweepRecord:
    base = {"dataset": "digits", "layers": [8]}
    request = SweepRequest.model_validate({"base": base, "grid": {"l2": [0, 1]}, "seeds": [0, 1]})
    head = {"id": "swp_1", "name": LONG, "status": "running", "counts": {"succeeded": 2, "failed": 1, "queued": 1}}
    rest = {"objective": {"metric": "validation_accuracy"}, "created_at": AT, "base_label": "base", "grain": grain}
    return SweepRecord.model_validate({**head, **rest, "request": request, "results": list(results)})


def differs(mean: float, low: float, high: float, verdict: str) -> dict[str, Any]:
    return {"difference": {"mean": mean, "ci95": [low, high], "n": 3, "p_adjusted": 0.04}, "verdict": verdict}


@pytest.mark.parametrize(
    ("values", "grain", "said"),
    [
        ((-5.6e-17, -0.2, 0.2), 0.0002, "0.0000 [-0.2000, +0.2000] "),
        ((1 / 14, -0.19, 0.333), 1 / 14, "+0.07 [-0.19, +0.33] "),
        ((-2e-5, -3e-5, -1e-5), None, "-2e-05 [-3e-05, -1e-05] "),
        ((0.007, -2.8e-17, 0.014), 1 / 143, "+0.007 [0.000, +0.014] "),
    ],
)
def test_a_difference_has_the_digits_that_the_data_have(
    values: tuple[float, float, float], grain: float | None, said: str
) -> None:
    one = RESULT | {"label": "x"} | differs(*values, "cannot tell")
    lines = "\n".join(shown(sweep_results.page(swept([one, RESULT], grain))))
    assert said in lines


@pytest.mark.parametrize(
    ("half", "grain", "said"),
    [(0.00002, None, "0.9100 ± 2e-05"), (0.0357, 1 / 14, "0.91 ± 0.04")],
)
def test_no_mean_is_said_to_be_off_by_nothing(half: float, grain: float | None, said: str) -> None:
    assert said in "\n".join(shown(sweep_results.page(swept([RESULT | {"ci95": [0.91 - half, 0.91 + half]}], grain))))


def test_what_is_better_among_survivors_is_said_to_be_so() -> None:
    lucky = RESULT | {"label": "x", "succeeded": 2, "of": 5} | differs(0.02, 0.01, 0.03, "better")
    assert "better where it" in "\n".join(shown(sweep_results.page(swept([RESULT, lucky]))))


def test_a_sweep_has_intervals_and_its_failures() -> None:
    sure = RESULT | {"label": "+ sure", "ci95": [0.9097, 0.9103]}
    better = RESULT | {"label": LONG} | differs(0.02, 0.01, 0.03, "better")
    failed = [{"id": "exp_9", "seed": 1, "error": {"code": "worker_lost", "message": "gone"}}]
    nothing = {"mean": None, "std": None, "ci95": None, "n": 0, "values": [None, None], "failed": failed}
    lines = "\n".join(shown(sweep_results.page(swept([better, sure, RESULT, RESULT | {"label": "lost"} | nothing]))))
    assert "0.9100 ± 0.1270" in lines
    assert "0.9100 ± 0.0003" in lines
    assert "+0.0200 [+0.0100, +0.0300]  better" in lines
    assert "the base" in lines
    assert "0/2" in lines
    assert "failed: 1 worker_lost; to train them again: gradus sweeps retry swp_1" in lines
    assert "3/4" in lines
