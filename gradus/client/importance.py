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
    columns: Sequence[str],
    together: Sequence[str],
    timeout: float | None,
) -> "ImportanceReport":
    """The report at `path` about `columns`, or about all if none is named. Those of `together` are also shuffled
    together.

    Raises:
        BadRequest: `columns` or `together` is one name instead of several.
        TimeoutError: there is no answer after `timeout` seconds.
    """
    from gradus.wire.importance import ImportanceReport  # noqa: PLC0415 (few need it)

    lists = {"columns": columns, "together": together}
    for name, given in lists.items():
        if isinstance(given, str):
            raise BadRequest(f"{name}: give several names, as in [{given!r}, …]")
    query = {**options, **{name: tuple(given) for name, given in lists.items()}}
    return await answer(transport, ImportanceReport, path, timeout, query=query)
