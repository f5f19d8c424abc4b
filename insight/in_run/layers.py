"""The layers of a run's newest report, and since when a condition has held for one of them."""

from collections.abc import Callable
from dataclasses import dataclass

from gradus.spec.batch import examples_per_step
from gradus.wire.finding import Since
from gradus.wire.layer_report import LayerReport, LayerStatistics
from insight.looks import measurement_stride
from insight.run import Run


@dataclass(frozen=True)
class Held:
    """A layer for which a condition holds in the newest report, and since when."""

    layer: LayerStatistics
    since: Since


def newest(run: Run) -> LayerReport | None:
    """The newest report. None if it is outdated: the next one is due, and it is older than the last tenth of the run so
    far."""
    if not run.reports or not run.rows:
        return None
    last = run.reports[-1]
    stride = stride_of(run)
    is_newest = last.epoch >= stride and last.epoch + stride > run.last.epoch
    return last if is_newest or last.epoch >= 0.9 * run.last.epoch - 1 else None


def stride_of(run: Run) -> int:
    """The least number of epochs from one report to the next."""
    examples = run.data.train_examples
    return measurement_stride(examples, examples_per_step(run.spec.batch_size, examples))


def hidden(report: LayerReport) -> tuple[LayerStatistics, ...]:
    """The layers of a report except the output layer, from input to output."""
    return tuple(layer for layer in report.layers if layer.name != "output")


def held(run: Run, condition: Callable[[LayerStatistics], bool]) -> list[Held]:
    """The hidden layers for which the condition holds, from input to output; none before a run has had time to
    learn."""
    report = newest(run)
    if report is None or not (run.is_due or run.failure):
        return []
    return [Held(layer, _since(run, layer.name, condition)) for layer in hidden(report) if condition(layer)]


def _since(run: Run, name: str, condition: Callable[[LayerStatistics], bool]) -> Since:
    """The moment of the first report since which the condition has held for this layer in every report."""
    first = run.reports[-1]
    for report in reversed(run.reports):
        layer = next((one for one in report.layers if one.name == name), None)
        if layer is None or not condition(layer):
            break
        first = report
    return Since(epoch=first.epoch, step=first.step)
