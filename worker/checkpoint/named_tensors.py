"""Converts the rows of a state to tensors with the names of a network's parameters, and back.

Rows have gaps between parameters, which are always zero.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from gradus.checkpoint_files import tensor_name
from gradus.spec.layout import Block, Layout
from hub.artifacts.manifest import Damaged
from models.storage import tensors_of_row

STATISTICS = ("statistics", "best.statistics")
PARAMETERS = ("parameters", "best.parameters")
OPTIMIZER_STATE = ("adagrad.", "adam.", "momentum.", "rmsprop.")
"""Prefixes of the names of optimizer state tensors."""


def to_named(tensors: Mapping[str, Tensor], layout: Layout) -> dict[str, Tensor]:
    """The tensors of one member's state, with each row split into the named tensors of its parameters."""
    found: dict[str, Tensor] = {}
    for row, tensor in tensors.items():
        blocks = _blocks(row, tensor.shape[1:], layout)
        if blocks is None:
            found[row] = tensor
            continue
        found |= {tensor_name(row, name): one for name, one in tensors_of_row(blocks, tensor[0]).items()}
    return found


def to_rows(tensors: Mapping[str, Tensor], layout: Layout) -> dict[str, Tensor]:
    """The tensors of one member's state, with the named tensors of parameters joined to rows.

    Raises:
        Damaged: a parameter of a row is missing, or has another shape.
    """
    rows = {name.partition("/")[0] for name in tensors if "/" in name} | {*STATISTICS, *PARAMETERS}
    found = {name: tensor for name, tensor in tensors.items() if "/" not in name}
    for row in rows:
        is_statistic = row in STATISTICS
        blocks = layout.statistics if is_statistic else layout.parameters
        size = layout.statistics_size if is_statistic else layout.size
        own = {name: tensors.get(tensor_name(row, name)) for name in blocks}
        dtype = next((tensor.dtype for tensor in own.values() if tensor is not None), torch.float32)
        found[row] = torch.zeros(1, size, dtype=dtype)
        for name, block in blocks.items():
            _fill(found[row], block, own[name], row)
    return found


def _fill(row: Tensor, block: Block, tensor: Tensor | None, name: str) -> None:
    if tensor is None or tensor.numel() != block.end - block.start:
        raise Damaged(f"the tensor {tensor_name(name, block.name)} is missing or has another shape")
    block.of(row)[0] = tensor.view(block.shape)


def _blocks(row: str, shape: tuple[int, ...], layout: Layout) -> Mapping[str, Block] | None:
    """The parameters in a row of the state; None for a tensor that is not such a row."""
    if row in STATISTICS:
        return layout.statistics
    is_row = row in PARAMETERS or (row.startswith(OPTIMIZER_STATE) and shape == (layout.size,))
    return layout.parameters if is_row else None
