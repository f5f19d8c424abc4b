"""Data frames, figures, and what a notebook shows."""

import sys
from typing import Any

import pytest

from gradus import Comparison, Experiment, Spec, Sweep
from gradus.client.plots import draw_experiment, frame
from gradus.differences import differences
from gradus.errors import BadRequest
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from gradus.wire.sweep import SweepRecord
from tests.built_in import resolved
from tests.unit.client.said import SWEEP, Script, document, metrics_row, sweep_document

ROWS = tuple(MetricsRow.model_validate(metrics_row(epoch)) for epoch in (1, 2, 3))
REGRESSION = {"dataset": "diabetes"}


def recorded(**changes: Any) -> ExperimentRecord:
    return ExperimentRecord.model_validate(document(**changes))


def test_a_frame_has_a_row_for_each_epoch() -> None:
    made = frame(ROWS)
    assert list(made.index) == [1, 2, 3]
    assert made.index.name == "epoch"
    assert list(made.columns) == list(MetricsRow.model_fields)[1:]
    assert list(made.validation_loss) == [2.1, 2.1 / 2, 2.1 / 3]
    assert list(frame(()).columns) == list(made.columns)


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ({}, ["train", "validation", "test"] * 2),  # losses, then accuracies
        (REGRESSION, ["train", "validation", "test"]),
    ],
)
def test_a_figure_has_a_curve_for_each_part_of_the_data(spec: dict[str, object], names: list[str]) -> None:
    figure = draw_experiment(recorded(spec=spec), ROWS, log=True)
    assert [curve.name for curve in figure.data] == names
    assert list(figure.data[1].y) == [row.validation_loss for row in ROWS]
    assert figure.layout.yaxis.type == "log"
    assert ("yaxis2" in figure.layout) is (spec == {})


def test_a_misspelled_metric_is_told_what_it_may_be() -> None:
    with pytest.raises(BadRequest, match="'validation_acuracy': did you mean 'validation_accuracy'"):
        Comparison((recorded(),), (ROWS,)).plot("validation_acuracy")


def test_a_comparison_shows_what_differs_and_what_came_of_it() -> None:
    one = recorded(id="exp_1", name="same", best=metrics_row(2))
    other = recorded(id="exp_2", name="same", spec={"optimizer": {"kind": "sgd", "lr": 0.5}, "layers": [8, 4]})
    made = Comparison((one, other), (ROWS, ROWS[:1]))
    table = made.to_frame()
    assert list(table.index) == ["exp_1", "exp_2"]
    assert list(table.optimizer) == ["adam", "sgd"]
    assert table.test_accuracy["exp_1"] == 1 - 0.7 / 2
    assert table.test_accuracy.isna()["exp_2"]  # no epoch yet
    assert [curve.name for curve in made.plot().data] == ["same (exp_1)", "same (exp_2)"]
    assert "<td>sgd</td>" in made._repr_html_()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, {}),
        ({"name": "other", "tags": ["t"]}, {}),  # for people
        ({"dropout": 0.5}, {"dropout": (0.0, 0.5)}),  # not once more for each layer that follows it
        ({"optimizer": {"kind": "adam", "lr": 0.1}}, {"optimizer.lr": (0.001, 0.1)}),
        ({"optimizer": "sgd"}, {"optimizer": ("adam", "sgd"), "optimizer.lr": (0.001, 0.01)}),
        ({"layers": [16]}, {"layers.0.units": (8, 16)}),
        ({"layers": []}, {"layers.0.units": (8, None)}),
        ({"batch_norm": True}, {"batch_norm": (False, True)}),
        ({"early_stopping": {}}, {"early_stopping": (None, True)}),
        ({"loss": {"kind": "cross_entropy", "label_smoothing": 0.1}}, {"loss.label_smoothing": (0.0, 0.1)}),
    ],
)
def test_differences_are_told_once_and_by_path(changes: dict[str, object], found: dict[str, object]) -> None:
    base = {"dataset": "digits", "layers": [8]}
    told = differences([resolved(Spec.model_validate(spec)).spec for spec in (base, {**base, **changes})])
    assert told == found


@pytest.mark.parametrize("metric", ["train_loss", "penalty", "gradient_norm", "seconds"])
def test_a_logarithmic_axis_is_one_whatever_the_metric(metric: str) -> None:
    drawn = Comparison((recorded(),), (ROWS,))
    assert drawn.plot(metric, log=True).layout.yaxis.type == "log"
    assert drawn.plot(metric).layout.yaxis.type == "linear"


def test_what_a_notebook_shows_is_text_whatever_a_name_holds() -> None:
    hostile = "<script>alert(1)</script>"
    error = {"code": hostile, "message": hostile}
    one = recorded(name=hostile, status=hostile, best=metrics_row(2), error=error)
    shown = Experiment(Script(), one)._repr_html_() + Comparison((one,), (ROWS,))._repr_html_()
    assert "<script" not in shown
    assert "accuracy validation 0.7, test 0.65 after epoch 2" in shown


def test_what_a_figure_says_is_text_whatever_a_name_holds() -> None:
    one = recorded(id="exp_1", name="<b>R&D</b> x<y")
    assert draw_experiment(one, ROWS, log=False).layout.title.text == "&lt;b&gt;R&amp;D&lt;/b&gt; x&lt;y"
    assert Comparison((one,), (ROWS,)).plot().data[0].name == "&lt;b&gt;R&amp;D&lt;/b&gt; x&lt;y"


def test_a_sweep_is_shown_by_its_results_best_first() -> None:
    sweep = Sweep(Script(), SWEEP)
    table = sweep.to_frame()
    assert list(table.index) == ["+ dropout", "base"]
    assert list(table.dropout) == [0.5, pytest.approx(float("nan"), nan_ok=True)]
    assert list(table["mean"]) == [0.9, 0.8]
    assert table.difference["+ dropout"] == 0.1
    (points,) = sweep.plot().data
    assert (list(points.x), list(points.y)) == ([0.9, 0.8], ["+ dropout", "base"])
    assert list(points.error_x.array) == pytest.approx([0.1, 0.1])
    assert "<td>+ dropout</td><td>0.9</td>" in sweep._repr_html_()


def test_what_a_sweep_shows_is_text_whatever_a_name_holds() -> None:
    document = sweep_document(name="<script>x</script>", status="<script>", counts={"<script>": 4})
    document["results"][0]["label"] = "<b>R&D</b>"
    sweep = Sweep(Script(), SweepRecord.model_validate(document))
    assert "<script" not in sweep._repr_html_()
    assert "<b>R" not in sweep._repr_html_()
    assert sweep.plot().data[0].y[0] == "&lt;b&gt;R&amp;D&lt;/b&gt;"


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)  # as where it is not installed
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        frame(ROWS)
    with pytest.raises(ImportError, match="pip install plotly"):
        draw_experiment(recorded(), ROWS, log=False)
