"""Reports from measured numbers."""

from collections.abc import Mapping, Sequence
from math import isnan

from gradus.spec.nodes.graph import LayerPlan
from gradus.wire.layer_report import Bins, LayerHistograms, LayerReport, LayerStatistics

Numbers = Mapping[tuple[str, str], Sequence[float]]
"""A member's numbers by layer and statistic."""
HISTOGRAMS = ("activations", "deltas", "weights", "gradients")


def layer_report(numbers: Numbers, layers: Sequence[LayerPlan], epoch: int, step: int) -> LayerReport:
    """The report of one member."""
    return LayerReport(
        epoch=epoch,
        step=step,
        layers=tuple(_of_layer(numbers, layer) for layer in layers),
        rho=_known(numbers, "", "rho"),
        decrease=_known(numbers, "", "decrease"),
        variance_ratio=_known(numbers, "", "variance_ratio"),
        validation_t=_known(numbers, "", "validation_t"),
        easy=_known(numbers, "", "easy"),
        hard=_known(numbers, "", "hard"),
        noise_scale=_known(numbers, "", "noise_scale"),
        evaluation_loss=_number(numbers, "", "evaluation_loss"),
        evaluation_accuracy=_number(numbers, "", "evaluation_accuracy"),
        mode_ratio=_known(numbers, "", "mode_ratio"),
        mode_t=_known(numbers, "", "mode_t"),
        growth_gain=_known(numbers, "", "growth_gain"),
    )


def _of_layer(numbers: Numbers, layer: LayerPlan) -> LayerStatistics:
    weight, update = (numbers.get((layer.name, key)) for key in ("weight_norm", "update_norm"))
    return LayerStatistics(
        name=layer.name,
        units=layer.shape[-1],
        weight_norm=_number(numbers, layer.name, "weight_norm"),
        gradient_norm=_number(numbers, layer.name, "gradient_norm"),
        update_norm=_number(numbers, layer.name, "update_norm"),
        update_ratio=update[0] / weight[0] if weight and update and weight[0] else None,
        delta_rms=_number(numbers, layer.name, "delta_rms"),
        mean=_number(numbers, layer.name, "mean"),
        deviation=_number(numbers, layer.name, "deviation"),
        largest=_number(numbers, layer.name, "largest"),
        share=_known(numbers, layer.name, "share"),
        flat=_number(numbers, layer.name, "flat"),
        dead=_number(numbers, layer.name, "dead"),
    )


def layer_histograms(numbers: Numbers, layers: Sequence[LayerPlan], epoch: int) -> tuple[LayerHistograms, ...]:
    """The histograms of one member."""
    return tuple(
        LayerHistograms(name=layer.name, epoch=epoch, **{kind: _bins(numbers, layer.name, kind) for kind in HISTOGRAMS})
        for layer in layers
    )


def _bins(numbers: Numbers, layer: str, kind: str) -> Bins | None:
    counts = numbers.get((layer, f"{kind}.counts"))
    if counts is None:
        return None
    low, high = (numbers[layer, f"{kind}.{end}"][0] for end in ("low", "high"))
    return Bins(low=low, high=high, counts=tuple(map(int, counts)))


def _number(numbers: Numbers, layer: str, statistic: str) -> float | None:
    found = numbers.get((layer, statistic))
    return None if found is None else found[0]


def _known(numbers: Numbers, layer: str, statistic: str) -> float | None:
    """None for NaN, too: the statistic is unknown."""
    found = _number(numbers, layer, statistic)
    return None if found is None or isnan(found) else found
