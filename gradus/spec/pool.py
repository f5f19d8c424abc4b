"""Pooling of images, `(height, width, channels)`: each channel becomes smaller."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gradus.spec.conv import MAX_KERNEL, Extent
from gradus.spec.spec_model import SpecModel, needs_kind

PoolPadding = Annotated[int, Field(ge=0, le=MAX_KERNEL // 2)]


class MaxPool(SpecModel):
    """The largest value in each window of size × size pixels. Padding never counts."""

    model_config = ConfigDict(title="Max pooling", json_schema_extra=needs_kind)

    kind: Literal["max_pool"] = "max_pool"
    size: Extent = 2
    """Height and width of the window."""
    stride: Extent | None = None
    """Pixels from one window to the next; null for `size`."""
    padding: PoolPadding = 0
    """Rows and columns outside the image that windows may cover, on each side; at most half of `size`."""


class AvgPool(SpecModel):
    """The mean of each window of size × size pixels. Padding does not count: at an edge the mean is of fewer pixels."""

    model_config = ConfigDict(title="Average pooling", json_schema_extra=needs_kind)

    kind: Literal["avg_pool"] = "avg_pool"
    size: Extent = 2
    """Height and width of the window."""
    stride: Extent | None = None
    """Pixels from one window to the next; null for `size`."""
    padding: PoolPadding = 0
    """Rows and columns outside the image that windows may cover, on each side; at most half of `size`."""


class GlobalAvgPool(SpecModel):
    """The mean of each channel over all pixels: (channels,) numbers, whatever the size of the image.

    Source: Lin et al., Network in network, 2013.
    """

    model_config = ConfigDict(title="Global average pooling", json_schema_extra=needs_kind)

    kind: Literal["global_avg_pool"] = "global_avg_pool"
