"""Builds the ONNX file of a trained network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from export.check import check
from export.onnx.model import onnx_model
from export.session import Session
from export.trained import Trained

MAX_BYTES = 1_900_000_000
"""Protocol buffers are limited to 2 GiB."""


class TooLargeForOnnx(Exception):
    """The weights do not fit into one ONNX file."""


@dataclass(frozen=True, eq=False)
class Built:
    """An ONNX file, and the session in which it was checked."""

    content: bytes
    session: Session


def build(trained: Trained, metadata: Mapping[str, str]) -> Built:
    """The ONNX file of a trained network, checked on sample rows. Raises the same errors as `build_ensemble`."""
    return build_ensemble([trained], metadata)


def build_ensemble(members: Sequence[Trained], metadata: Mapping[str, str]) -> Built:
    """The ONNX file of one or more networks with the same preprocessing, checked on sample rows. With several networks
    it answers with their mean and its spread.

    Raises:
        TooLargeForOnnx: the weights are larger than an ONNX file can be.
        Differs: the file and the reference disagree.
        Unusable: an output of a network is not finite.
    """
    size = sum(tensor.nbytes for trained in members for tensor in trained.tensors.values())
    if size > MAX_BYTES:
        raise TooLargeForOnnx(f"the weights take {size / 1e9:.3g} GB, and an ONNX file can have 2 GB at most")
    content = onnx_model(members, metadata).SerializeToString()
    session = Session(content)
    check(members, session)
    return Built(content, session)
