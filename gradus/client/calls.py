"""Every request that the service answers, as a value. Pure: any client, waiting or not, can send it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from gradus.spec.experiment import Experiment
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.catalog import Catalog
from gradus.wire.dataset import DatasetPage, DatasetRecord
from gradus.wire.experiment import DryRun, ExperimentPage, ExperimentPatch, ExperimentRecord
from gradus.wire.key import KeyPage, KeyRequest, NewKey, SignInLink
from gradus.wire.metrics import MetricsPage
from gradus.wire.sweep import SweepPage, SweepRecord
from gradus.wire.system import SystemRecord

T = TypeVar("T")

Spec = Experiment | Mapping[str, Any]
"""A spec, or the document of one, which the service validates."""
Sweep = SweepRequest | Mapping[str, Any]
"""A sweep's request, or the document of one."""


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[bytes], T]
    query: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    seconds: int = 0
    """How long the service was asked to wait before it answers."""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does what sending it once does."""
        return self.method != "POST" or "Idempotency-Key" in self.headers


def create(spec: Spec, *, idempotency_key: str | None = None, wait: int = 0) -> Call[ExperimentRecord]:
    """Queue an experiment; with `wait`, answer at its end or after so many seconds (at most 60)."""
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    if wait:
        headers["Prefer"] = f"wait={wait}"
    read = ExperimentRecord.model_validate_json
    return Call("POST", "/v1/experiments", read, headers=headers, body=_body(spec), seconds=wait)


def dry_run(spec: Spec) -> Call[DryRun]:
    """What a spec comes to, without running or storing it."""
    return Call("POST", "/v1/experiments", DryRun.model_validate_json, query={"dry_run": "true"}, body=_body(spec))


def experiments(
    *,
    status: str | None = None,
    tag: str | None = None,
    dataset: str | None = None,
    sweep: str | None = None,
    q: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Call[ExperimentPage]:
    """Experiments, newest first."""
    filters = {"status": status, "tag": tag, "dataset": dataset, "sweep": sweep, "q": q, "cursor": cursor}
    query = {key: value for key, value in filters.items() if value is not None}
    return Call("GET", "/v1/experiments", ExperimentPage.model_validate_json, query={**query, "limit": limit})


def experiment(experiment_id: str) -> Call[ExperimentRecord]:
    """One experiment."""
    return Call("GET", _path(experiment_id), ExperimentRecord.model_validate_json)


def change(experiment_id: str, patch: ExperimentPatch) -> Call[ExperimentRecord]:
    """Change the fields for people."""
    body = patch.model_dump_json(exclude_unset=True).encode()
    return Call("PATCH", _path(experiment_id), ExperimentRecord.model_validate_json, body=body)


def delete(experiment_id: str) -> Call[None]:
    """Remove an experiment that is over, with all that belongs to it."""
    return Call("DELETE", _path(experiment_id), lambda _: None)


def cancel(experiment_id: str) -> Call[ExperimentRecord]:
    """End an experiment; asking twice is harmless."""
    return Call("POST", _path(experiment_id, "cancel"), ExperimentRecord.model_validate_json)


def metrics(experiment_id: str, *, after: int = 0, wait: int = 0, max_points: int | None = None) -> Call[MetricsPage]:
    """The rows after epoch `after`; with `wait`, as soon as there is one or after so many seconds."""
    query = {"after": after, "wait": wait} | ({} if max_points is None else {"max_points": max_points})
    return Call("GET", _path(experiment_id, "metrics"), MetricsPage.model_validate_json, query=query, seconds=wait)


def create_sweep(asked: Sweep, *, idempotency_key: str | None = None) -> Call[SweepRecord]:
    """Queue the experiments of a sweep."""
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    return Call("POST", "/v1/sweeps", SweepRecord.model_validate_json, headers=headers, body=_body(asked))


def sweeps(*, limit: int = 50, cursor: str | None = None) -> Call[SweepPage]:
    """Sweeps, newest first."""
    query = {"limit": limit} | ({} if cursor is None else {"cursor": cursor})
    return Call("GET", "/v1/sweeps", SweepPage.model_validate_json, query=query)


def sweep(sweep_id: str) -> Call[SweepRecord]:
    """One sweep with its results."""
    return Call("GET", _sweep(sweep_id), SweepRecord.model_validate_json)


def cancel_sweep(sweep_id: str) -> Call[SweepRecord]:
    """End everything of a sweep that is not over; asking twice is harmless."""
    return Call("POST", _sweep(sweep_id, "cancel"), SweepRecord.model_validate_json)


def retry_sweep(sweep_id: str) -> Call[SweepRecord]:
    """Train again what failed."""
    return Call("POST", _sweep(sweep_id, "retry"), SweepRecord.model_validate_json)


def extend_sweep(sweep_id: str, more: SweepExtension) -> Call[SweepRecord]:
    """Add seeds, values, draws or variants; asking twice is harmless."""
    body = more.model_dump_json(exclude_none=True).encode()
    return Call("POST", _sweep(sweep_id, "extend"), SweepRecord.model_validate_json, body=body)


def datasets() -> Call[DatasetPage]:
    """Every data set."""
    return Call("GET", "/v1/datasets", DatasetPage.model_validate_json)


def dataset(name: str) -> Call[DatasetRecord]:
    """One data set."""
    return Call("GET", f"/v1/datasets/{quote(name, safe='')}", DatasetRecord.model_validate_json)


def catalog() -> Call[Catalog]:
    """Every kind that a spec can name."""
    return Call("GET", "/v1/catalog", Catalog.model_validate_json)


def system() -> Call[SystemRecord]:
    """Version, workers, devices, queue, limits."""
    return Call("GET", "/v1/system", SystemRecord.model_validate_json)


def keys() -> Call[KeyPage]:
    """The keys of the workspace, newest first."""
    return Call("GET", "/v1/keys", KeyPage.model_validate_json)


def create_key(asked: KeyRequest) -> Call[NewKey]:
    """Make a key; the answer is the only place that shows it."""
    return Call("POST", "/v1/keys", NewKey.model_validate_json, body=asked.model_dump_json().encode())


def revoke_key(key_id: str) -> Call[None]:
    """Let a key open nothing any more."""
    return Call("DELETE", f"/v1/keys/{quote(key_id, safe='')}", lambda _: None)


def sign_in_link() -> Call[SignInLink]:
    """A link that signs one browser in with this key, once."""
    return Call("POST", "/v1/session/links", SignInLink.model_validate_json)


def events(experiment_id: str, after: int = 0) -> Call[None]:
    """The event stream of one experiment; `gradus.client.stream` reads it."""
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    return Call("GET", _path(experiment_id, "events"), lambda _: None, headers=headers)


def _path(experiment_id: str, part: str = "") -> str:
    return "/".join(["/v1/experiments", quote(experiment_id, safe=""), *([part] if part else [])])


def _sweep(sweep_id: str, part: str = "") -> str:
    return "/".join(["/v1/sweeps", quote(sweep_id, safe=""), *([part] if part else [])])


def _body(spec: Spec | Sweep) -> bytes:
    if isinstance(spec, Experiment | SweepRequest):
        return spec.model_dump_json().encode()
    return json.dumps(spec).encode()
