"""Weights of the classes in the training loss."""

from typing import Annotated, Literal

from pydantic import Field

ClassWeight = Annotated[float, Field(ge=0, le=1e6)]
ClassWeights = Literal["none", "balanced"] | dict[Annotated[str, Field(max_length=1000)], ClassWeight]
"""`balanced`: n / (k · n_c) for a class with n_c of the n training rows and k classes. A map sets the weights of
classes by name; classes that it does not name have weight 1."""

FORMULAS: dict[str, str] = {
    "none": "every class has weight 1",
    "balanced": "n / (k · n_c) for a class with n_c of the n training rows and k classes",
}
