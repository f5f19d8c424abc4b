"""Convolutions of images, `(height, width, channels)`."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNormSetting
from gradus.spec.dropout import DropoutRate
from gradus.spec.initializer import Initializer
from gradus.spec.spec_model import SpecModel, needs_kind

MAX_CHANNELS = 8192
MAX_KERNEL = 64

Channels = Annotated[int, Field(ge=1, le=MAX_CHANNELS)]
Extent = Annotated[int, Field(ge=1, le=MAX_KERNEL)]
"""A number of pixels: of a kernel's edge, or of a step."""
Padding = Literal["same"] | Annotated[int, Field(ge=0, le=MAX_KERNEL)]


class Conv(SpecModel):
    """dropout(activation(batch_norm(x ∗ W + b))): every output pixel is a weighted sum of the kernel² input pixels
    around it.

    A missing key out of `activation`, `init`, `batch_norm` and `dropout` defaults to the experiment's key of the same
    name. Weights are a matrix (kernel · kernel · channels_in / groups, channels), with rows by kernel row, kernel
    column, input channel; initializers count its rows as the inputs of a unit. Batch normalization is over batch,
    height and width. Dropout drops whole channels of an example.
    Source: LeCun et al., Gradient-based learning applied to document recognition, 1998.
    """

    model_config = ConfigDict(title="Convolution", json_schema_extra=needs_kind)

    kind: Literal["conv"] = "conv"
    channels: Channels
    """Number of output channels."""
    kernel: Extent = 3
    """Height and width of the kernel."""
    stride: Extent = 1
    """Pixels from one place of the kernel to the next."""
    padding: Padding = "same"
    """Rows and columns of zeros on every side; `same` for as many as make the output ⌈size / stride⌉ pixels wide."""
    dilation: Extent = 1
    """Pixels from one row or column of the kernel to the next."""
    groups: Channels = 1
    """Number of groups of channels that are convolved separately; must divide the numbers of input and output
    channels."""
    activation: Activation | None = None
    """Activation function, applied to the weighted sum."""
    init: Initializer | None = None
    """Initializer of the weights."""
    batch_norm: BatchNormSetting | None = None
    """Batch normalization of the weighted sum, before the activation."""
    dropout: DropoutRate | None = None
    """Probability that a channel is dropped, after the activation."""
    bias: bool = True
    """Whether to add a learned bias to each channel."""


class SeparableConv(SpecModel):
    """A convolution in two steps: one kernel for each input channel, then sums over the channels,
    dropout(activation(batch_norm(x ∗ D ∗ P + b))).

    D is depthwise, with `kernel`, `stride`, `padding` and `dilation`, without bias; P is 1 × 1. Both use the same
    initializer.
    Source: Chollet, Xception: deep learning with depthwise separable convolutions, 2017.
    """

    model_config = ConfigDict(title="Separable convolution", json_schema_extra=needs_kind)

    kind: Literal["separable_conv"] = "separable_conv"
    channels: Channels
    """Number of output channels."""
    kernel: Extent = 3
    """Height and width of the kernel."""
    stride: Extent = 1
    """Pixels from one place of the kernel to the next."""
    padding: Padding = "same"
    """Rows and columns of zeros on every side; `same` for as many as make the output ⌈size / stride⌉ pixels wide."""
    dilation: Extent = 1
    """Pixels from one row or column of the kernel to the next."""
    activation: Activation | None = None
    """Activation function, applied to the weighted sum."""
    init: Initializer | None = None
    """Initializer of the weights."""
    batch_norm: BatchNormSetting | None = None
    """Batch normalization of the weighted sum, before the activation."""
    dropout: DropoutRate | None = None
    """Probability that a channel is dropped, after the activation."""
    bias: bool = True
    """Whether to add a learned bias to each channel."""
