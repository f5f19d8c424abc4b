"""`/v1/sweeps`."""

from collections.abc import Mapping
from typing import Any

from gradus.client.calls.call import Call, document, encoded, given, nothing, once, place
from gradus.errors import BadRequest
from gradus.seeds import read_seeds
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.sweep import SweepDryRun, SweepPage, SweepRecord

Sweep = SweepRequest | Mapping[str, Any]
"""A sweep's request, or the document of one."""

_read = SweepRecord.model_validate_json


def create_sweep(
    asked: Sweep | None = None, /, *, idempotency_key: str | None = None, **fields: Any
) -> Call[SweepRecord]:
    """Queue the experiments of a sweep: a request, or its fields. They are created once, however often it is sent.

    `seeds` may be a list, how many, or a text as on the command line: `[0, 1, 2]`, `3`, `"0,3-5"`.
    """
    return Call("POST", "/v1/sweeps", _read, headers=once(idempotency_key), body=_body(asked, fields))


def dry_run_sweep(asked: Sweep | None = None, /, **fields: Any) -> Call[SweepDryRun]:
    """What a sweep comes to, without running or storing it."""
    query = {"dry_run": "true"}
    body = _body(asked, fields)
    return Call("POST", "/v1/sweeps", SweepDryRun.model_validate_json, query=query, body=body, harmless=True)


def sweeps(*, limit: int = 50, cursor: str | None = None) -> Call[SweepPage]:
    """Sweeps, newest first."""
    return Call("GET", "/v1/sweeps", SweepPage.model_validate_json, query=given(limit=limit, cursor=cursor))


def sweep(sweep_id: str, /) -> Call[SweepRecord]:
    """One sweep with its results."""
    return Call("GET", place("sweeps", sweep_id), _read)


def cancel_sweep(sweep_id: str, /) -> Call[SweepRecord]:
    """End everything of a sweep that is not over; asking twice is harmless."""
    return Call("POST", place("sweeps", sweep_id, "cancel"), _read, harmless=True)


def delete_sweep(sweep_id: str, /) -> Call[None]:
    """Remove a sweep with all its experiments."""
    return Call("DELETE", place("sweeps", sweep_id), nothing)


def retry_sweep(sweep_id: str, /, *, idempotency_key: str | None = None) -> Call[SweepRecord]:
    """Train again what failed; what fails after that is not tried once more, however often the call is sent."""
    return Call("POST", place("sweeps", sweep_id, "retry"), _read, headers=once(idempotency_key))


def extend_sweep(
    sweep_id: str,
    /,
    more: SweepExtension | Mapping[str, Any] | None = None,
    *,
    idempotency_key: str | None = None,
    **fields: Any,
) -> Call[SweepRecord]:
    """Add seeds, values, draws or variants; they are added once, however often the call is sent."""
    body = encoded(document(more, _listed(fields)))
    return Call("POST", place("sweeps", sweep_id, "extend"), _read, headers=once(idempotency_key), body=body)


def _body(asked: Sweep | None, fields: Mapping[str, Any]) -> bytes:
    return encoded(asked if asked is not None and not fields else document(asked, _listed(fields)))


def _listed(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the seeds that a number or a text means.

    Raises:
        BadRequest: it means none.
    """
    given = fields.get("seeds")
    if isinstance(given, bool) or not isinstance(given, int | str):
        return fields
    try:
        return {**fields, "seeds": read_seeds(str(given))}
    except ValueError as error:
        raise BadRequest(f"seeds={given!r}: {error}") from None
