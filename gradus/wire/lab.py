"""The lab's responses: the list of demonstrations, and the result of one."""

from typing import Any

from gradus.lab.chart import AnyChart
from gradus.wire.message import Message


class LabEntry(Message):
    """One demonstration."""

    name: str
    """The name in the path of its request, `POST /v1/lab/{name}`."""
    title: str
    """Display name."""
    description: str
    """What it shows, with its formula and source."""
    json_schema: dict[str, Any]
    """JSON Schema of its request. Numbers that span several powers of ten have `"scale": "log"`."""
    defaults: dict[str, Any]
    """The request with all defaults, which `{}` stands for."""


class LabPage(Message):
    """All demonstrations."""

    data: tuple[LabEntry, ...]


class LabAnswer(Message):
    """The answer of a demonstration. The same request always gives the same answer."""

    name: str
    request: dict[str, Any]
    """The request, with all defaults written out."""
    result: dict[str, Any]
    """The numbers; `docs/lab.md` lists them for each demonstration."""
    charts: tuple[AnyChart, ...]
    """The numbers as charts. Their picture is the answer with `Accept: image/svg+xml`."""
