"""Requests whose body is one picture."""

import numpy as np

from api.prediction.budget import Pixels
from api.prediction.faults import Faults
from api.prediction.model import Model
from api.prediction.pictures import picture
from api.prediction.values import WrongValue
from preprocessing.column import Column
from preprocessing.encode import FittedStandardized
from preprocessing.pixels import FittedBytes


def columns_of(model: Model, content: bytes) -> dict[str, Column] | None:
    """The column with the picture; None unless the network's only input is a picture.

    Raises:
        InvalidSpec: the picture is broken.
    """
    if len(model.fitted.columns) != 1:
        return None
    (only,) = model.fitted.columns
    inner = only.scaled if isinstance(only, FittedStandardized) else only
    if not isinstance(inner, FittedBytes):
        return None
    faults = Faults()
    try:
        pixels = picture(content, inner, model.parse.get("resize"), Pixels())
    except WrongValue as wrong:
        faults.add("", f"the body {wrong}")
        faults.refuse()
        raise AssertionError from wrong
    return {only.column: Column(pixels[None], np.zeros(1, dtype=np.bool_))}
