"""The mistakes in a request, collected up to the number that a response lists."""

from api.http.parsing import invalid
from gradus.wire.problem import MOST, Mistake, echo


class Faults:
    """Collects mistakes."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def are_enough(self) -> bool:
        """Whether there are more mistakes than a response lists, so that the search can stop."""
        return len(self._found) > MOST

    def add(self, path: str, message: str, value: object = None) -> None:
        """Add a mistake at this path."""
        if not self.are_enough():
            self._found.append(Mistake(path=path, message=message, input=echo(value)))

    def refuse(self) -> None:
        """Raise an error if there are any mistakes.

        Raises:
            InvalidSpec: there are mistakes; `errors` lists them.
        """
        if self._found:
            raise invalid(*self._found)
