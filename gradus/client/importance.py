"""The importance of the columns of trained networks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradus.client.answers import answer
from gradus.errors import BadRequest

if TYPE_CHECKING:
    from gradus.client.transport import Transport
    from gradus.wire.importance import ImportanceReport


async def importance(
    transport: "Transport[Any]",
    path: str,
    options: Mapping[str, str | int],
    together: Sequence[str],
    timeout: float | None,
) -> "ImportanceReport":
    """The report at `path`. The columns of `together` are also shuffled together.

    Raises:
        BadRequest: `together` is one name instead of several.
        TimeoutError: there is no answer after `timeout` seconds.
    """
    from gradus.wire.importance import ImportanceReport  # noqa: PLC0415 (few need it)

    if isinstance(together, str):
        raise BadRequest(f"together: give several names, as in [{together!r}, …]")
    query = {**options, "together": tuple(together)}
    return await answer(transport, ImportanceReport, path, timeout, query=query)
