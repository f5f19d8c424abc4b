"""The files of a checkpoint, for every module that writes or reads them.

A checkpoint of format 2 stores each parameter as a separate tensor, named after the row of the state that it belongs to
and its place in the network: `parameters/layers/0.weight`, `adam.mean/output.bias`. In format 1 a row is one tensor, in
which parameters stand as `gradus.spec.layout` says.
"""

TENSORS = "state.safetensors"
DOCUMENT = "state.json"
FLAT_FORMAT, NAMED_FORMAT = 1, 2
TARGET_SCALE = "targets.scale"
"""The tensor of a regression's target scale: means, then deviations, float64 (1, 2 targets)."""


def tensor_name(row: str, parameter: str) -> str:
    """The name of a parameter's tensor in a row of the state, such as `best.parameters`."""
    return f"{row}/{parameter}"
