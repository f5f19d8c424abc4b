"""Where a member's numbers first stopped being numbers."""

from torch import Tensor

from worker.training.engine import Engine


def unsound(engine: Engine, losses: Tensor) -> list[int]:
    """Members with a loss (steps, K, b) or a parameter that is not finite. Waits for the device: once a chunk."""
    sound = losses.isfinite().all(2).all(0) & engine.storage.parameters.isfinite().all(1)
    return [k for k, good in enumerate(sound.tolist()) if not good]


def bad_output(engine: Engine, inputs: Tensor, targets: Tensor, step: int, member: int) -> str | None:
    """The first layer whose output is not finite in a forward pass; `output` if only the loss is not."""
    outputs = engine.forward(inputs, step)
    for name, output in engine.layer_outputs(inputs.shape[1]).items():
        if not output[member].isfinite().all():
            return name
    return None if engine.loss.values(outputs, targets)[member].isfinite().all() else "output"


def bad_parameter(engine: Engine, member: int) -> str | None:
    """The first layer with a parameter that is not finite."""
    blocks = engine.storage.layout.parameters.values()
    bad = {b.layer for b in blocks if not b.of(engine.storage.parameters)[member].isfinite().all()}
    return next((layer.name for layer in engine.plans[0].layers if layer.name in bad), None)
