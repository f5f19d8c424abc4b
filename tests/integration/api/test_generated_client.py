"""A client that a generator makes from the OpenAPI document is complete and works."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import openapi_python_client
import pytest
from openapi_python_client.config import Config, ConfigFile, MetaType

from api.http.table_body import TABLE_TYPES
from gradus.status import Status
from gradus.wire.key import Role
from hub.experiments import experiments
from hub.jobs import runs
from tests.integration.access.credentials import make_key
from tests.integration.api.service import SPEC, Service, on_sqlite
from tests.integration.hub.work import NAN, claim, train_epoch

NAME = "generated_gradus_client"


@dataclass(frozen=True)
class Generated:
    """The generated package, with its modules as attributes."""

    warnings: list[str]

    def __getattr__(self, name: str) -> ModuleType:
        return importlib.import_module(f"{NAME}.{name}")

    def operations(self) -> dict[str, ModuleType]:
        """The module of each operation, by the operation's name."""
        folder = Path(str(self.api.__file__)).parent
        found = {file.stem: f"{NAME}.api.{file.parent.name}.{file.stem}" for file in folder.glob("*/*.py")}
        return {name: importlib.import_module(module) for name, module in found.items() if name != "__init__"}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, openapi: dict[str, Any]) -> Iterator[Generated]:
    """The package as `openapi-python-client generate` makes it, but without formatting."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(openapi))
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        folder / "openapi.json",
        "utf-8",
        overwrite=False,
        output_path=folder / NAME,
    )
    warnings = openapi_python_client.generate(config=config)
    sys.path.insert(0, str(folder))
    yield Generated([f"{one.header}: {one.detail}" for one in warnings])
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture
def caller(service: Service, generated: Generated) -> Iterator[Any]:
    """A client of the generated package, with an admin's key."""
    key = make_key(service.hub, "default", Role.ADMIN).key
    with generated.client.AuthenticatedClient(base_url=service.url, token=key, raise_on_unexpected_status=True) as made:
        yield made


def test_every_operation_is_made_without_a_warning(generated: Generated, openapi: dict[str, Any]) -> None:
    named = {operation["operationId"] for path in openapi["paths"].values() for operation in path.values()}
    # Bodies that the generator has no type for.
    files = (*TABLE_TYPES, "application/vnd.apache.parquet", "application/zip", "image/png", "image/jpeg")
    assert [
        one for one in generated.warnings if not any("nsupported content" in one and kind in one for kind in files)
    ] == []
    assert set(generated.operations()) == named


@on_sqlite
def test_it_creates_lists_watches_and_cancels(service: Service, generated: Generated, caller: Any) -> None:
    call, models = generated.operations(), generated.models
    spec = {**SPEC, "optimizer": {"kind": "adam", "lr": 0.01}, "batch_size": "full", "early_stopping": True}
    body = models.SpecInput.from_dict(spec)
    made = call["create_experiment"].sync(client=caller, body=body, idempotency_key="once")
    assert isinstance(made, models.ExperimentRecord)
    assert isinstance(made.spec.optimizer, models.Adam)
    assert (made.spec.optimizer.lr, made.status) == (0.01, models.Status.QUEUED)

    page = call["list_experiments"].sync(client=caller, status=[models.Status.QUEUED])
    assert [one.id for one in page.data] == [made.id]
    with service.hub.read() as session:
        row = experiments.get(session, made.id)
        assert row is not None
    claimed = claim(service.hub, row)
    train_epoch(service.hub, claimed, 1, train_loss=NAN)
    metrics = call["get_metrics"].sync(made.id, client=caller, after=0, wait=1)
    assert (metrics.last_epoch, metrics.data[0].train_loss, metrics.data[0].validation_loss) == (1, "NaN", 1.0)

    assert call["cancel_experiment"].sync(made.id, client=caller).status == models.Status.RUNNING
    with service.hub.write() as session:
        runs.end(session, claimed.lease, made.id, Status.CANCELLED)
    told = call["stream_experiment"].sync(made.id, client=caller, last_event_id="1")
    assert [line for line in told.splitlines() if line.startswith("event: ")][-2:] == ["event: status", "event: end"]
    assert call["get_experiment"].sync(made.id, client=caller).latest.train_loss == "NaN"


@on_sqlite
def test_it_sweeps(generated: Generated, caller: Any) -> None:
    call, models = generated.operations(), generated.models
    request = {"base": SPEC, "grid": {"optimizer.lr": [0.1, 0.01]}, "seeds": [0, 1]}
    body = models.SweepRequestInput.from_dict(request)
    assert call["create_sweep"].sync(client=caller, body=body, dry_run=True).count == 4
    made = call["create_sweep"].sync(client=caller, body=body)
    assert isinstance(made, models.SweepRecord)
    assert [result.n for result in made.results] == [0, 0]
    assert [one.id for one in call["list_sweeps"].sync(client=caller).data] == [made.id]
    assert call["cancel_sweep"].sync(made.id, client=caller).status == models.SweepStatus.CANCELLED


@on_sqlite
def test_what_is_refused_comes_as_a_typed_problem(generated: Generated, caller: Any) -> None:
    call, models = generated.operations(), generated.models
    body = models.SpecInput.from_dict({"dataset": "digits", "layers": [0]})
    answer = call["create_experiment"].sync_detailed(client=caller, body=body)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert isinstance(answer.parsed, models.Problem)
    assert [mistake.path for mistake in answer.parsed.errors] == ["layers/0/units"]
