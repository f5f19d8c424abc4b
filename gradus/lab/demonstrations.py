"""All demonstrations, by name."""

from gradus.lab.activation_histograms import ActivationHistograms
from gradus.lab.batch_norm_scale import BatchNormScale
from gradus.lab.dead_networks import DeadNetworks
from gradus.lab.gradient_by_depth import GradientByDepth
from gradus.lab.optimizer_paths import OptimizerPaths
from gradus.lab.penalty_cases import PenaltyCases
from gradus.lab.rate_against_rho import RateAgainstRho
from gradus.lab.share_by_depth import ShareByDepth
from gradus.spec.spec_model import kind_of, spec_models_in

AnyDemonstration = (
    OptimizerPaths
    | ActivationHistograms
    | GradientByDepth
    | ShareByDepth
    | BatchNormScale
    | DeadNetworks
    | RateAgainstRho
    | PenaltyCases
)

DEMONSTRATIONS: dict[str, type[AnyDemonstration]] = {
    kind_of(model): model  # type: ignore[misc]
    for model in spec_models_in(AnyDemonstration)
}
"""The request of each demonstration, by its name in the API."""

TITLES = {
    "optimizer_paths": "Optimizer paths",
    "activation_histograms": "Activation histograms",
    "gradient_by_depth": "Gradient by depth",
    "share_by_depth": "Signal by depth",
    "batch_norm_scale": "Batch norm against initial scale",
    "dead_networks": "Dead networks",
    "rate_against_rho": "Learning rate against ρ",
    "penalty_cases": "L1 and L2",
}
"""Display name."""
