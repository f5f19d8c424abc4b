"""Mistakes in a request, counted but kept only as far as they are sent back."""

from api.http.parsing import invalid
from gradus.wire.problem import MOST, Mistake, echo


class Faults:
    """Collects mistakes."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def are_enough(self) -> bool:
        """Whether there are more mistakes than are sent back: no need to look for others."""
        return len(self._found) > MOST

    def add(self, path: str, message: str, value: object = None) -> None:
        """A mistake at this path."""
        if not self.are_enough():
            self._found.append(Mistake(path=path, message=message, input=echo(value)))

    def refuse(self) -> None:
        """Raise if there are any.

        Raises:
            InvalidSpec: `errors` lists them.
        """
        if self._found:
            raise invalid(*self._found)
