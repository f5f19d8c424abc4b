"""An evaluation as a terminal shows it."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from gradus.cli.labels import number
from gradus.cli.tables import borderless
from gradus.wire.error_rows import ErrorPage
from gradus.wire.evaluation import EvaluationReport, Interval, Metric

MOST_CLASSES = 12
"""A confusion matrix with more classes fits no terminal."""
MOST_CELLS = 6
"""How many values of a row are listed."""


def report(found: EvaluationReport) -> RenderableType:
    """Metrics, classes, confusion matrix, calibration, groups."""
    return Group(*_parts(found))


def errors(page: ErrorPage) -> RenderableType:
    """The wrongly classified examples, most confident predictions first."""
    table = _table("row", "given", "predicted", "probability", "values")
    for one in page.data:
        cells = list((one.cells or {}).items())[:MOST_CELLS]
        values = ", ".join(f"{name}={value}" for name, value in cells)
        table.add_row(f"{one.row:,}", one.given, one.predicted, number(one.probability), values)
    return Group("", f"{page.total:,} examples are predicted wrongly; the most confident errors are", table)


def _parts(found: EvaluationReport) -> Iterator[RenderableType]:
    weighted = ", losses weighted" if found.weighted else ""
    yield f"{found.n:,} examples of the {found.split} split, weights of epoch {found.epoch}{weighted}"
    if found.effective_examples is not None:
        effective = number(found.effective_examples)
        yield f"trained with weights of classes or rows, as if with {effective} examples of equal weight"
    yield _metrics(found.metrics)
    if found.per_class:
        yield from ("", _classes(found))
    if found.confusion and len(found.classes) <= MOST_CLASSES:
        yield from ("", _confusion(found))
    if found.calibration is not None:
        temperature, error = number(found.calibration.temperature), number(found.calibration.calibration_error)
        yield from ("", f"calibrated with the temperature {temperature}: calibration error {error}")
    for one in found.conformal:
        of, kind = f" of {one.target}" if one.target else "", "intervals" if found.task == "regression" else "sets"
        yield (
            f"{kind}{of} for {one.level:.0%}: contain the true value in {one.coverage:.1%} {_percent(one.ci95)}, "
            f"mean size {number(one.size)}"
        )
    if found.groups:
        yield from ("", _groups(found))


def _metrics(metrics: Sequence[Metric]) -> Table:
    table = _table("metric", "value", "95 % interval", "a guess")
    for one in metrics:
        name = one.name.replace("_", " ") if one.target is None else f"{one.name.replace('_', ' ')} of {one.target}"
        table.add_row(name, number(one.value), _interval(one.ci95), number(one.baseline))
    return table


def _classes(found: EvaluationReport) -> Table:
    table = _table("class", "precision", "recall", "F1", "AUC", "examples")
    for one in found.per_class:
        shares = map(number, (one.precision, one.recall, one.f1, one.auc))
        table.add_row(one.name, *shares, f"{one.support:,}")
    return table


def _confusion(found: EvaluationReport) -> Table:
    table = _table("given \\ predicted", *found.classes)
    for name, row in zip(found.classes, found.confusion, strict=True):
        table.add_row(name, *(f"{count:,}" if count else "·" for count in row))
    return table


def _groups(found: EvaluationReport) -> Table:
    names = [one.name for one in found.groups[0].metrics]
    table = _table(str(found.by), "examples", *(name.replace("_", " ") for name in names))
    for group in found.groups:
        values = [f"{number(one.value)} {_interval(one.ci95)}" for one in group.metrics]
        few = " (few)" if group.few else ""
        table.add_row("missing" if group.value is None else group.value, f"{group.n:,}{few}", *values)
    return table


def _table(first: str, *others: str) -> Table:
    table = borderless()
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="left" if name in {"given", "predicted", "values"} else "right", overflow="fold")
    return table


def _interval(ci95: Interval | None) -> str:
    return "" if ci95 is None else f"[{number(ci95[0])}, {number(ci95[1])}]"


def _percent(ci95: Interval) -> str:
    return f"[{ci95[0]:.1%}, {ci95[1]:.1%}]"
