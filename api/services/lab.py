"""The demonstrations of the lab, and their answers."""

from collections.abc import Callable
from functools import cache
from inspect import getdoc

from api.http import parsing
from gradus.errors import NotFound
from gradus.lab.demonstrations import DEMONSTRATIONS, TITLES
from gradus.nearest import nearest
from gradus.wire.lab import LabAnswer, LabEntry, LabPage


@cache
def page() -> LabPage:
    """All demonstrations."""
    return LabPage(data=tuple(map(_entry, DEMONSTRATIONS)))


def question(name: str, body: bytes) -> Callable[[], LabAnswer]:
    """A function that computes the answer, in up to a second.

    Raises:
        NotFound: there is no such demonstration.
        BadRequest: the body is not JSON.
        InvalidSpec: a value in the request is out of bounds.
    """
    model = DEMONSTRATIONS.get(name)
    if model is None:
        near = nearest(name, DEMONSTRATIONS)
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(DEMONSTRATIONS)}"
        raise NotFound(f"demonstration not found: {name[:100]!r}: {hint}")
    request = parsing.read(body, model)

    def answer() -> LabAnswer:
        from lab.demonstrate import demonstrate  # noqa: PLC0415 (imports numpy)

        return demonstrate(request)

    return answer


def picture(found: LabAnswer) -> str:
    """The answer's charts as SVG."""
    from lab.svg.picture import picture as svg  # noqa: PLC0415 (with what draws it)

    return svg(TITLES[found.name], found.charts)


def _entry(name: str) -> LabEntry:
    model = DEMONSTRATIONS[name]
    description = getdoc(model)
    assert description, f"{name} has no docstring that says what it shows"
    return LabEntry(
        name=name,
        title=TITLES[name],
        description=description,
        json_schema=model.model_json_schema(),
        defaults=model().model_dump(mode="json"),
    )
