"""The rules of published detectors, on the statistics of our layers, in the order in which they name a fault.

Where a rule needs a statistic that we do not compute, the most similar one is used: the share of dead units for that of
zero gradients or outputs, flat activations for saturated ones, the gradient's root mean square for its mean size.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, sqrt

from gradus.resolved import ResolvedSpec
from gradus.wire.layer_report import LayerReport, LayerStatistics
from worker.training.report import MemberEpoch


@dataclass(frozen=True)
class History:
    """What is known about a finished run."""

    resolved: ResolvedSpec
    rows: Sequence[MemberEpoch]
    reports: Sequence[LayerReport]
    input_range: tuple[float, float]
    class_shares: Sequence[float]

    @property
    def accuracies(self) -> list[float]:
        return [row.train_accuracy for row in self.rows if row.train_accuracy is not None]

    @property
    def losses(self) -> list[float]:
        return [row.train_loss for row in self.rows]

    @property
    def is_broken(self) -> bool:
        return not all(isfinite(row.train_loss) and isfinite(row.validation_loss) for row in self.rows)

    def layers(self) -> Iterator[LayerStatistics]:
        """All layers of all reports."""
        return (layer for report in self.reports for layer in report.layers)


Rule = Callable[[History], tuple[str, ...]]
ACCURACY = 0.7
"""The threshold Theta of AutoTrainer."""


def autotrainer(history: History) -> tuple[str, ...]:
    """Zhang et al., AutoTrainer, 2021. Layers are looked at only while the accuracy is below Theta."""
    return tuple(_autotrainer(history))


def _autotrainer(history: History) -> Iterator[str]:
    accuracies, losses = history.accuracies, history.losses
    if history.is_broken or max(losses) >= 1e3:
        yield "lr_too_high"
    if accuracies and max(accuracies) < ACCURACY:
        yield from _layers_of_autotrainer(history)
    swings = [max(part) - min(part) for part in zip(accuracies, accuracies[1:], accuracies[2:], strict=False)]
    falls = [a - b for a, b in pairwise(accuracies)]
    swinging = sum(swing >= 0.03 and fall > 0 for swing, fall in zip(swings, falls, strict=False))
    if swings and swinging >= 0.2 * len(swings):
        yield "oscillating_loss"
    gains = [b - a for a, b in pairwise(accuracies)]
    if gains and max(accuracies) < ACCURACY and max(gains) < 0.01:
        yield "lr_too_low"


def _layers_of_autotrainer(history: History) -> Iterator[str]:
    for report in history.reports:
        norms = [layer.gradient_norm for layer in report.layers if layer.gradient_norm is not None]
        if norms and norms[0] < 1e-4 and norms[0] < 1e-3 * norms[-1]:
            yield "vanishing_gradient"
        if norms and norms[0] > 70 * norms[-1]:
            yield "lr_too_high"
    if any((layer.dead or 0) >= 0.7 for layer in history.layers()):
        yield "dead_relu"


def deep_diagnosis(history: History) -> tuple[str, ...]:
    """Wardat et al., DeepDiagnosis, 2022: the first symptom ends the training."""
    return tuple(_deep_diagnosis(history))[:1]


def _deep_diagnosis(history: History) -> Iterator[str]:
    if history.is_broken:
        yield "lr_too_high"
    for layer in history.layers():
        if (layer.dead or 0) >= 0.7:
            yield "dead_relu"
        if (layer.flat or 0) > 0.5:
            yield "saturated_activation"
        if layer.gradient_norm is not None and layer.gradient_norm / sqrt(layer.units) < 1e-7:
            yield "vanishing_gradient"
        if layer.update_ratio is not None and layer.update_ratio > 0.1:
            yield "lr_too_high"
        if layer.update_ratio is not None and layer.update_ratio < 1e-5:
            yield "lr_too_low"
    if _is_still(history.losses, 5) or _is_still(history.accuracies, 20):
        yield "lr_too_low"
    if min(history.input_range) < -1 or max(history.input_range) > 1:
        yield "inputs_unscaled"


def umlaut(history: History) -> tuple[str, ...]:
    """Schoop et al., UMLAUT, 2021."""
    return tuple(_umlaut(history))


def _umlaut(history: History) -> Iterator[str]:
    spec = history.resolved.spec
    if min(history.input_range) < -1 or max(history.input_range) > 1:
        yield "inputs_unscaled"
    if history.is_broken:
        yield "diverged"
    if spec.optimizer.lr > 0.01:
        yield "lr_too_high"
    if spec.optimizer.lr < 1e-7:
        yield "lr_too_low"
    if spec.layers and spec.activation == "identity":
        yield "linear_network"
    if spec.dropout > 0.5:
        yield "dropout_too_strong"
    yield from _curves_of_umlaut(history)


def _curves_of_umlaut(history: History) -> Iterator[str]:
    if any(b.validation_loss > a.validation_loss and b.train_loss < a.train_loss for a, b in pairwise(history.rows)):
        yield "overfitting"
    pairs = [(row.validation_accuracy or 0.0, row.train_accuracy or 0.0) for row in history.rows[3:]]
    if any(validation > 0.95 or validation > train + 0.05 for validation, train in pairs):
        yield "underfitting"


def debugger(history: History) -> tuple[str, ...]:
    """Rauschmayr et al., Amazon SageMaker Debugger, 2021: its built-in rules with their defaults."""
    return tuple(_debugger(history))


def _debugger(history: History) -> Iterator[str]:
    if history.is_broken:
        yield "diverged"
    for layer in history.layers():
        if layer.gradient_norm is not None and layer.gradient_norm / sqrt(layer.units) < 1e-7:
            yield "vanishing_gradient"
        if (layer.dead or 0) > 0.5:
            yield "dead_relu"
        if (layer.flat or 0) > 0.5:
            yield "saturated_activation"
        if layer.update_ratio is not None and layer.update_ratio > 10:
            yield "lr_too_high"
        if layer.update_ratio is not None and layer.update_ratio < 1e-7:
            yield "lr_too_low"
    yield from _losses_of_debugger(history)


def _losses_of_debugger(history: History) -> Iterator[str]:
    rows, losses = history.rows, history.losses
    if any(row.validation_loss > 1.1 * row.train_loss for row in rows):
        yield "overfitting"
    if any(b > 0.999 * a for a, b in pairwise(losses)):
        yield "underfitting"
    present = [share for share in history.class_shares if share > 0]
    if present and max(present) > 10 * min(present):
        yield "class_imbalance"


def _is_still(numbers: Sequence[float], length: int) -> bool:
    return any(len({*numbers[i : i + length]}) == 1 for i in range(len(numbers) - length + 1))


RULES: dict[str, Rule] = {
    "AutoTrainer": autotrainer,
    "DeepDiagnosis": deep_diagnosis,
    "UMLAUT": umlaut,
    "Debugger": debugger,
}
"""The published detectors by name. Each gives the ids of our findings that its faults correspond to."""
