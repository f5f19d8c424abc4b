"""Gradus trains neural networks as a service: this package is its language."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gradus.face import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        """The names of `gradus.face`, imported when one is first asked for: `gradus --help` does without them."""
        return getattr(import_module("gradus.face"), name)

    def __dir__() -> list[str]:
        return [*globals(), *import_module("gradus.face").__all__]
