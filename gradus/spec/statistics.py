"""What is measured of the layers while a run trains."""

from typing import Literal

StatisticsLevel = Literal["off", "default", "full"]
"""`default` measures norms of weights, gradients and updates, and activations; `full` also histograms of them."""
