"""Which measurements of the layers are made while a run trains."""

from typing import Literal

StatisticsLevel = Literal["off", "default", "full"]
"""`default` measures norms of weights, gradients and updates, and activations; `full` also histograms of them."""

SAMPLED_EXAMPLES = 512
"""Maximum number of training examples that activations are measured on."""
STEP_EXAMPLES = 128
"""Maximum number of examples of the step that gradients and updates are measured on."""
