"""What is measured of the layers while a run trains."""

from typing import Literal

StatisticsLevel = Literal["off", "default", "full"]
"""`default` measures norms of weights, gradients and updates, and activations; `full` also histograms of them."""

SAMPLED_EXAMPLES = 512
"""Training examples, at most, that activations are measured on."""
STEP_EXAMPLES = 128
"""Of the step, at most, that gradients and updates are measured on."""
