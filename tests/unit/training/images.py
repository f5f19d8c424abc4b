"""Small random images, and networks that read them."""

from typing import Any

import torch

from tests.built_in import data_of
from worker.training.data import Data, Split


def made_up_images(
    shape: tuple[int, ...] = (6, 6, 2), train: int = 40, *, seed: int = 0, dtype: torch.dtype = torch.float64
) -> Data:
    """Normal pixels, and three classes from a random linear rule."""
    plan = data_of("wine").model_copy(update={"input_shape": shape})
    draws = torch.Generator().manual_seed(seed)
    rule = torch.randn(plan.inputs, plan.outputs, generator=draws, dtype=torch.float64)

    def split(n: int) -> Split:
        inputs = torch.randn(n, plan.inputs, generator=draws, dtype=torch.float64)
        return Split(inputs.to(dtype), (inputs @ rule).argmax(1))

    return Data(split(train), split(15), split(17), plan)


def conv(channels: int = 4, **fields: Any) -> dict[str, Any]:
    """The document of a convolution."""
    return {"kind": "conv", "channels": channels, **fields}


SHAPES: dict[str, tuple[int, ...]] = {
    "conv": (7, 5),
    "conv with padding": (9, 5, 2),
    "even kernel": (7, 5, 2),
    "stride": (9, 5, 2),
    "dilation": (5, 9, 2),
    "groups": (7, 5, 2),
    "batch norm": (9, 5, 2),
    "channel dropout": (7, 5, 3),
    "max pool": (7, 5, 2),
    "avg pool": (9, 5, 2),
    "pools of inputs": (9, 5, 2),
    "global avg pool": (1, 1, 4),
    "flatten": (5, 7, 3),
    "separable": (9, 5, 3),
    "residual": (1, 1, 3),
    "residual with projection": (7, 5, 2),
}
"""The shapes of the images of some networks. The images of all others have 6 × 6 pixels with two channels."""

NETWORKS: dict[str, dict[str, Any]] = {
    "conv": {"layers": [conv()]},
    "conv without padding": {"layers": [conv(padding=0), 5]},
    "conv with padding": {"layers": [conv(padding=2, stride=3)]},
    "even kernel": {"layers": [conv(kernel=2), conv(3, kernel=4, stride=2)]},
    "stride": {"layers": [conv(stride=2)]},
    "dilation": {"layers": [conv(dilation=2), conv(2, dilation=2, padding=0)]},
    "groups": {"layers": [conv(4, groups=2), conv(8, groups=4, bias=False)]},
    "one pixel": {"layers": [conv(5, kernel=1), conv(3, kernel=6, padding=0)]},
    "batch norm": {"layers": [conv(bias=False), "max_pool", conv(3, bias=False)], "batch_norm": True},
    "batch norm of its own": {
        "layers": [conv(batch_norm={"momentum": 0.3, "eps": 0.01}, activation="tanh"), "avg_pool", 4]
    },
    "channel dropout": {"layers": [conv(), conv(3, dropout=0.5), 5], "dropout": 0.3, "input_dropout": 0.2},
    "dropout after sigmoid": {"layers": [conv(activation="sigmoid")], "dropout": 0.3, "batch_norm": True},
    "ntk form": {"layers": [conv(), "max_pool", 4], "init": "ntk"},
    "penalties": {"layers": [conv(), 4], "l1": 0.003, "l2": 0.01, "clip_norm": 0.3},
    "adam": {"layers": [conv(), "max_pool", 4], "optimizer": {"kind": "adam", "lr": 0.01}},
    "adamw": {"layers": [conv()], "optimizer": {"kind": "adamw", "lr": 0.01, "weight_decay": 0.1}},
    "max pool": {"layers": [conv(), {"kind": "max_pool", "size": 3, "stride": 2, "padding": 1}, 5]},
    "avg pool": {"layers": [conv(), {"kind": "avg_pool", "size": 3, "stride": 2, "padding": 1}, 5]},
    "pools of inputs": {"layers": ["max_pool", "avg_pool", conv()]},
    "global avg pool": {"layers": [conv(), "global_avg_pool", 5]},
    "flatten": {"layers": [conv(), "flatten", 5]},
    "separable": {"layers": [{"kind": "separable_conv", "channels": 5, "stride": 2}, conv()], "batch_norm": True},
    "scaled images": {"layers": ["scale", conv(), {"kind": "scale", "lr_factor": 3}, 5]},
    "residual": {"layers": [conv(), {"kind": "residual", "layers": [conv(), conv()]}, 5]},
    "residual from the input": {"layers": [{"kind": "residual", "layers": [conv(2)], "activation": "tanh"}]},
    "residual with projection": {
        "layers": [conv(), {"kind": "residual", "layers": [conv(6, stride=2), conv(6)]}, "global_avg_pool"],
        "batch_norm": True,
        "dropout": 0.2,
    },
    "residual of pools of the input": {
        "layers": [{"kind": "residual", "layers": [{"kind": "avg_pool", "size": 3, "stride": 1, "padding": 1}]}, conv()]
    },
    "residual twice": {
        "layers": [
            conv(),
            {"kind": "residual", "layers": [conv()], "activation": "identity"},
            {"kind": "residual", "layers": [conv(3, activation="elu")], "shortcut": "projection"},
        ]
    },
    "residual of dense layers": {
        "layers": ["flatten", 6, {"kind": "residual", "layers": [7, 6]}, {"kind": "residual", "layers": [4]}]
    },
}
"""Networks that read images, whose shapes are given above."""


def images_for(network: str, train: int = 40) -> Data:
    """Images of the shape that this network reads."""
    return made_up_images(SHAPES.get(network, (6, 6, 2)), train)
