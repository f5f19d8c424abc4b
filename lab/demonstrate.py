"""A demonstration's result, computed from its request."""

from typing import assert_never

import numpy as np

from gradus.lab.activation_histograms import ActivationHistograms
from gradus.lab.batch_norm_scale import BatchNormScale
from gradus.lab.chart import AnyChart
from gradus.lab.dead_networks import DeadNetworks
from gradus.lab.demonstrations import AnyDemonstration
from gradus.lab.gradient_by_depth import GradientByDepth
from gradus.lab.optimizer_paths import OptimizerPaths
from gradus.lab.penalty_cases import PenaltyCases
from gradus.lab.rate_against_rho import RateAgainstRho
from gradus.lab.share_by_depth import ShareByDepth
from gradus.spec.spec_model import kind_of
from gradus.wire.lab import LabAnswer
from gradus.wire.message import Message
from lab import (
    activation_histograms,
    batch_norm_scale,
    dead_networks,
    gradient_by_depth,
    optimizer_paths,
    penalty_cases,
    rate_against_rho,
    share_by_depth,
)


def demonstrate(request: AnyDemonstration) -> LabAnswer:
    """Numbers and charts. Takes less than a second for every valid request."""
    with np.errstate(all="ignore"):  # a demonstration may overflow: that is what it shows
        result, charts = _answer(request)
    return LabAnswer(
        name=kind_of(type(request)),
        request=request.model_dump(mode="json"),
        result=result.model_dump(mode="json"),
        charts=charts,
    )


def _answer(request: AnyDemonstration) -> tuple[Message, tuple[AnyChart, ...]]:  # noqa: PLR0911 - one for each
    match request:
        case OptimizerPaths():
            paths = optimizer_paths.run(request)
            return paths, optimizer_paths.charts(request, paths)
        case ActivationHistograms():
            histograms = activation_histograms.run(request)
            return histograms, activation_histograms.charts(histograms)
        case GradientByDepth():
            gradients = gradient_by_depth.run(request)
            return gradients, gradient_by_depth.charts(gradients)
        case ShareByDepth():
            shares = share_by_depth.run(request)
            return shares, share_by_depth.charts(request, shares)
        case BatchNormScale():
            accuracies = batch_norm_scale.run(request)
            return accuracies, batch_norm_scale.charts(request, accuracies)
        case DeadNetworks():
            dead = dead_networks.run(request)
            return dead, dead_networks.charts(request, dead)
        case RateAgainstRho():
            rho = rate_against_rho.run(request)
            return rho, rate_against_rho.charts(rho)
        case PenaltyCases():
            penalties = penalty_cases.run(request)
            return penalties, penalty_cases.charts(penalties)
        case _:
            assert_never(request)
