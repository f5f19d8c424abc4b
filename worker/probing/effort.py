"""How much a probe measures: less for networks whose examples cost more, so that its processor time is bounded."""

from dataclasses import dataclass, replace

from gradus.resolved import ResolvedSpec
from gradus.spec.batch import examples_per_step

LIMIT = 6e10
"""Maximum number of multiply-adds for the measurements of one spec: about two seconds on a slow core."""
FORWARD_AND_BACKWARD = 3
"""Cost of a gradient in forward passes: one for the forward pass, two for the backward pass."""
FIRST_STEP = 25
"""Cost of measuring the first step on a batch, in units of one gradient: two gradients, and the loss at each learning
rate of the grid, in float64."""
TWENTY = 20
RATES = 5


@dataclass(frozen=True)
class Effort:
    """The maximum of what is measured."""

    measured: int
    """Training examples on which activations and gradients are measured."""
    batch: int
    """Examples in each batch that steps are tried on."""
    batches: int
    """Batches that a first step is tried on."""
    seeds: int
    """Other seeds whose initial networks are measured."""
    rates: int
    """Learning rates at which twenty steps are taken: all five, or only the spec's own."""
    control: bool
    """Whether twenty steps are taken without the inputs, too."""

    def multiplications(self, multiply_adds: int) -> float:
        """Estimated multiplications for a network with this number of multiply-adds for each example."""
        twenties = self.rates + self.control
        gradients = (1 + self.seeds) * self.measured + self.batch * (FIRST_STEP * self.batches + TWENTY * twenties)
        return float(FORWARD_AND_BACKWARD * multiply_adds * gradients)


LEVELS = (
    Effort(measured=512, batch=1024, batches=3, seeds=3, rates=RATES, control=True),
    Effort(measured=320, batch=1024, batches=3, seeds=3, rates=1, control=True),
    Effort(measured=128, batch=128, batches=1, seeds=3, rates=1, control=True),
    Effort(measured=64, batch=64, batches=1, seeds=1, rates=1, control=False),
    Effort(measured=32, batch=32, batches=1, seeds=1, rates=1, control=False),
    Effort(measured=16, batch=16, batches=1, seeds=0, rates=1, control=False),
)
"""From the highest effort to the lowest. The last one is used for every larger network."""


def effort(resolved: ResolvedSpec, examples: int, fitting: int) -> Effort:
    """The highest effort within the limit, for a spec with this number of training examples, of which `fitting` fit in
    memory. It is a function of the spec alone, and does not depend on the machine."""
    most = min(examples, fitting)
    batch = min(examples_per_step(resolved.spec.batch_size, examples), most)
    levels = [replace(level, measured=min(level.measured, most), batch=min(level.batch, batch)) for level in LEVELS]
    cheap = (one for one in levels if one.multiplications(resolved.network.multiply_adds) <= LIMIT)
    return next(cheap, levels[-1])
