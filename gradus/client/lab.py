"""`client.lab`: the lecture's demonstrations, as numbers and as pictures."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from gradus.client.methods import Resource, T_co, iterator, method
from gradus.client.request import Request, document, encoded, path_of, reads
from gradus.spec.spec_model import kind_of
from gradus.wire.lab import LabAnswer, LabEntry, LabPage

if TYPE_CHECKING:
    import httpx

    from gradus.lab.demonstrations import AnyDemonstration


class Lab(Resource[T_co]):
    """Demonstrations. A demonstration is named, `run("optimizer_paths", steps=60)`, or typed,
    `run(OptimizerPaths(steps=60))`, with the classes of `gradus.lab`."""

    @iterator
    async def list(self) -> AsyncGenerator[LabEntry]:
        """All demonstrations, with the JSON Schema and the defaults of each request."""
        page = await self._transport.send(Request("GET", "/v1/lab", reads(LabPage)))
        for entry in page.data:
            yield entry

    @method
    async def run(self, demonstration: "str | AnyDemonstration", /, **fields: Any) -> LabAnswer:
        """The numbers of a demonstration. Omitted fields have their defaults."""
        name, body = _parts(demonstration, fields)
        return await self._transport.send(
            Request("POST", path_of("lab", name), reads(LabAnswer), body=body, harmless=True)
        )

    @method
    async def picture(self, demonstration: "str | AnyDemonstration", /, **fields: Any) -> str:
        """The charts of a demonstration, as an SVG document."""
        name, body = _parts(demonstration, fields)
        return await self._transport.send(
            Request("POST", path_of("lab", name), _text, headers={"Accept": "image/svg+xml"}, body=body, harmless=True)
        )


def _parts(demonstration: "str | AnyDemonstration", fields: dict[str, Any]) -> tuple[str, bytes]:
    """The demonstration's name and the body of the request."""
    if isinstance(demonstration, str):
        return demonstration, encoded(fields)
    return kind_of(type(demonstration)), encoded(document(demonstration, fields))


def _text(response: "httpx.Response") -> str:
    return response.text
