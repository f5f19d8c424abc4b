"""`GET /v1/experiments/{id}/layers` and `…/histograms`, and what is stored for them."""

from typing import Any

import httpx
import pytest

from gradus.client import Client
from gradus.errors import Conflict
from gradus.wire.layer_report import Bins, LayerHistograms, LayerReport, LayerStatistics, MeasuredLayers
from hub.experiments import layer_reports
from hub.jobs import runs
from hub.tables import ExperimentRow
from tests.integration.api.service import Service, on_sqlite
from tests.integration.hub.work import NAN, claim, metrics_row, submit


def measured(epoch: int, *, full: bool = True) -> MeasuredLayers:
    layer = LayerStatistics(name="layers/0", units=8, gradient_norm=NAN, share=0.25, dead=0.125)
    report = LayerReport(epoch=epoch, step=10 * epoch, layers=(layer,), rho=0.5)
    histograms = (
        LayerHistograms(name="layers/0", epoch=epoch, weights=Bins(low=-1.0, high=1.0, counts=(3, 5))),
        LayerHistograms(name="output", epoch=epoch, gradients=Bins(low=NAN, high=2.0, counts=(0, 8))),
    )
    return MeasuredLayers(report=report, histograms=histograms if full else None)


def trained(service: Service, epochs: list[int], of: int) -> ExperimentRow:
    """A run that has statistics of layers for some epochs."""
    row = submit(service.hub, epochs=100, statistics="full")
    claimed = claim(service.hub, row)
    for epoch in range(1, of + 1):
        done = runs.EpochResult(metrics_row(epoch), best=True, measured=measured(epoch) if epoch in epochs else None)
        with service.hub.write() as session:
            runs.record_epochs(session, claimed.lease, {row.id: done})
        with service.hub.write() as session:  # as a worker that was lost before it knew
            runs.record_epochs(session, claimed.lease, {row.id: done})
    return row


def read(client: httpx.Client, path: str, **query: int) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200
    page: dict[str, Any] = answer.json()
    return page


def test_reports_are_stored_once_with_their_epoch_and_told_as_events(service: Service, client: httpx.Client) -> None:
    row = trained(service, [1, 3], of=3)
    page = read(client, f"/v1/experiments/{row.id}/layers")
    assert [one["epoch"] for one in page["data"]] == [1, 3]
    assert (page["last_epoch"], page["last_event"]) == (3, 7)  # queued, running, three epochs, two reports
    layer = page["data"][0]["layers"][0]
    assert (layer["gradient_norm"], layer["share"], layer["flat"]) == ("NaN", 0.25, None)
    with Client(service.access.url, key=service.access.key) as user:
        experiment = user.experiments.get(row.id)
        events = [(event.seq, event.kind) for event in experiment.events(follow=False)]
        assert events[2:] == [(3, "epoch"), (4, "layers"), (5, "epoch"), (6, "epoch"), (7, "layers")]
        assert [one.epoch for one in experiment.layers(after=1)] == [3]
        assert [one.epoch for one in experiment.histograms("layers/0")] == [1, 3]
    with service.hub.read() as session:
        assert [one.epoch for one in layer_reports.history(session, row.id)] == [1, 3]


@on_sqlite
def test_epochs_are_chosen_by_number_or_evenly(service: Service, client: httpx.Client) -> None:
    row = trained(service, list(range(1, 10)), of=9)
    path = f"/v1/experiments/{row.id}/layers"
    assert [one["epoch"] for one in read(client, path, epoch=4)["data"]] == [4]
    assert [one["epoch"] for one in read(client, path, epoch=10)["data"]] == []
    assert [one["epoch"] for one in read(client, path, max_points=3)["data"]] == [1, 5, 9]
    assert [one["epoch"] for one in read(client, path, after=10**9)["data"]] == []
    histograms = read(client, f"{path}/layers/0/histograms", max_points=3)
    assert [one["epoch"] for one in histograms["data"]] == [1, 5, 9]
    assert histograms["data"][0]["weights"] == {"low": -1, "high": 1, "counts": [3, 5]}
    last = read(client, f"{path}/output/histograms", epoch=9)["data"]
    assert [(one["name"], one["epoch"], one["gradients"]["low"], one["weights"]) for one in last] == [
        ("output", 9, "NaN", None)
    ]


@on_sqlite
def test_a_run_without_full_statistics_says_that_it_records_no_histograms(
    service: Service, client: httpx.Client
) -> None:
    row = submit(service.hub, epochs=100)
    path = f"/v1/experiments/{row.id}/layers"
    answer = client.get(f"{path}/output/histograms")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_histograms")
    assert answer.json()["detail"].startswith('no histograms are recorded with {"statistics": "default"}: fork')
    assert client.get(f"{path}/layers/7/histograms").status_code == 404
    with Client(service.access.url, key=service.access.key) as user, pytest.raises(Conflict, match="full"):
        user.experiments.get(row.id).histograms("output")


@on_sqlite
def test_unknown_layers_and_experiments_are_not_found(service: Service, client: httpx.Client) -> None:
    row = trained(service, [], of=1)
    assert read(client, f"/v1/experiments/{row.id}/layers/output/histograms")["data"] == []
    unknown = client.get(f"/v1/experiments/{row.id}/layers/layers/7/histograms")
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == "no layer layers/7 with statistics; the layers: layers/0, output"
    assert client.get("/v1/experiments/exp_01kap3v8n0c2q5w8z1t4y7b0df/layers").status_code == 404
    assert client.get(f"/v1/experiments/{row.id}/layers", params={"epoch": 0}).status_code == 400
