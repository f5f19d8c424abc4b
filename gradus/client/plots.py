"""Metrics as a pandas frame and as plotly figures. Gradus does not install pandas or plotly."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from gradus.metrics import SPLITS, label, metrics_of, of_panel, of_split
from gradus.printable import printable
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from gradus.wire.sweep import SweepRecord

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

PLOT_ROWS = 2000
"""Maximum number of rows of one curve: more than a screen has columns."""
COLORS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#000000")
"""Colors that color-blind people can tell apart. Source: Okabe & Ito, Color universal design, 2008."""
PARTS = dict(zip(SPLITS, COLORS, strict=False))
"""The split that a curve is measured on, and its color."""
GAP = 0.05
"""Margin on either side of a panel's border, as a fraction of the width."""

Curves = Mapping[str, Sequence[MetricsRow]]
"""Rows by the name of their experiment."""


def frame(rows: Sequence[MetricsRow]) -> "DataFrame":
    """A row for each epoch, by epoch.

    Raises:
        ImportError: pandas is not installed.
    """
    lines = [row.model_dump() for row in rows]
    columns = dict.fromkeys((*MetricsRow.model_fields, *(key for line in lines for key in line)))
    return table(lines, list(columns), "epoch")


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], index: str) -> "DataFrame":
    """A frame of these columns.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 (it need not be here)
    except ImportError as error:
        raise ImportError("frames need pandas: pip install pandas") from error
    return pd.DataFrame(rows, columns=columns).set_index(index)


def draw_experiment(record: ExperimentRecord, rows: Sequence[MetricsRow], *, log: bool) -> "Figure":
    """Losses and, unless it is a regression, accuracies of one experiment over its epochs.

    Raises:
        ImportError: plotly is not installed.
    """
    figure = _figure(record.name or record.id)
    metrics = metrics_of(record.task)
    panels = list(dict.fromkeys(one.panel for split in PARTS for one in of_split(metrics, split)))
    for i, panel in enumerate(panels):
        for split, color in PARTS.items():
            for one in of_split(of_panel(metrics, panel), split):
                figure.add_trace(_curve(rows, one.key, i, name=split, color=color, legend=i == 0))
    return figure.update_layout(_axes(panels, ["loss"] if log else []))


def draw_comparison(curves: Curves, metric: str, *, log: bool) -> "Figure":
    """One metric of several experiments over their epochs.

    Raises:
        ImportError: plotly is not installed.
    """
    panel = label(metric)
    figure = _figure(panel)
    for name, rows in curves.items():
        figure.add_trace(_curve(rows, metric, 0, name=name))
    return figure.update_layout(_axes([panel], [panel] if log else []))


def draw_sweep(record: SweepRecord) -> "Figure":
    """The mean of each result of a sweep, best first, with its 95 % confidence interval.

    Raises:
        ImportError: plotly is not installed.
    """
    results = [result for result in record.results if result.mean is not None]
    ends = [result.ci95[1] - result.mean if result.ci95 and result.mean is not None else 0 for result in results]
    figure = _figure(record.name or record.id)
    figure.add_trace(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [result.mean for result in results],
            "y": [_text(result.label) for result in results],
            "error_x": {"type": "data", "array": ends},
        }
    )
    name = label(record.objective.metric)
    return figure.update_layout(
        hovermode="closest", xaxis={"title": {"text": name}}, yaxis={"autorange": "reversed", "type": "category"}
    )


def _figure(title: str) -> "Figure":
    try:
        from plotly.graph_objects import Figure  # noqa: PLC0415 (it need not be here)
    except ImportError as error:
        raise ImportError("figures need plotly: pip install plotly") from error
    looks = {"template": "plotly_white", "colorway": COLORS, "height": 400}
    layout = {"title": {"text": _text(title)}, "hovermode": "x unified", **looks}
    return Figure(layout=layout)


def _curve(
    rows: Sequence[MetricsRow], metric: str, panel: int, *, name: str, color: str | None = None, legend: bool = True
) -> dict[str, Any]:
    axis = str(panel + 1) if panel else ""
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(rows) < 50 else "lines",
        "name": _text(name),
        "legendgroup": name,
        "showlegend": legend,
        "line": {"color": color},
        "x": [row.epoch for row in rows],
        "y": [getattr(row, metric, None) for row in rows],
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
    }


def _text(name: str) -> str:
    """The name escaped so that plotly shows it literally: plotly interprets `<b>` and `&lt;` as HTML."""
    return escape(printable(name), quote=False)


def _axes(panels: Sequence[str], logarithmic: Sequence[str]) -> dict[str, Any]:
    """Panels side by side."""
    axes: dict[str, Any] = {}
    for i, panel in enumerate(panels):
        number = str(i + 1) if i else ""
        left, right = i / len(panels) + GAP * (i > 0), (i + 1) / len(panels) - GAP * (i < len(panels) - 1)
        scale = "log" if panel in logarithmic else "linear"
        axes[f"xaxis{number}"] = {"title": {"text": "epoch"}, "domain": [left, right]}
        axes[f"yaxis{number}"] = {"title": {"text": panel}, "type": scale, "anchor": f"x{number}"}
    return axes
