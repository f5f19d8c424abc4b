"""Evaluations with the client and on the command line, from a service that needs a while to compute them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gradus.cli.evaluation_tables import errors, report
from gradus.cli.output import show
from gradus.client import Client
from gradus.errors import NotFound
from gradus.wire.error_rows import ErrorPage, ErrorRow
from gradus.wire.evaluation import Calibration, ClassMetrics, Conformal, EvaluationReport, Group, Metric
from gradus.wire.predicted_file import PredictedFile
from tests.unit.client.said import document

CLASS: dict[str, Any] = {
    "support": 60,
    "predicted": 50,
    "hits": 45,
    "precision": 0.9,
    "precision_ci95": (0.8, 0.95),
    "recall": 0.75,
    "recall_ci95": (0.6, 0.8),
    "f1": 0.82,
    "auc": 0.9,
    "average_precision": 0.88,
}
REPORT = EvaluationReport(
    experiment="exp_1",
    epoch=7,
    checkpoint="c",
    task="classification",
    split="test",
    n=100,
    weighted=False,
    metrics=(
        Metric(name="accuracy", value=0.8, ci95=(0.7112, 0.8666), baseline=0.6),
        Metric(name="log_loss", value=float("inf"), ci95=(float("nan"), float("nan"))),
    ),
    classes=("no", "yes"),
    per_class=(ClassMetrics(name="no", **CLASS), ClassMetrics(name="yes", **CLASS)),
    confusion=((45, 15), (5, 35)),
    calibration=Calibration(temperature=1.5, log_loss=0.4, calibration_error=0.02),
    conformal=(Conformal(level=0.9, coverage=0.91, ci95=(0.84, 0.95), quantile=0.4, size=1.2, empty=0.0),),
    by="city",
    groups=(Group(value=None, n=9, few=True, metrics=(Metric(name="accuracy", value=0.5, ci95=(0.3, 0.7)),)),),
)
PAGE = ErrorPage(
    experiment="exp_1",
    epoch=7,
    checkpoint="c",
    split="test",
    given="no",
    predicted="yes",
    offset=0,
    total=15,
    data=(
        ErrorRow(
            row=1234, given="no", predicted="yes", probability=0.97, probability_of_given=0.03, cells={"city": "Chur"}
        ),
    ),
)


FILE = PredictedFile(
    id="prd_1",
    experiment="exp_1",
    epoch=7,
    format="csv",
    rows=1,
    bytes=15,
    columns=("prediction",),
    file="/v1/experiments/exp_1/predictions/prd_1/file",
)


class Service:
    """A service that answers an evaluation only at the third request."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/evaluation"):
            self.asked.append(request)
            waiting = {"id": "evl_1", "status": "open", "created_at": "2026-11-29T12:00:00Z"}
            if len(self.asked) < 3:
                return httpx.Response(202, json=waiting, headers={"Location": str(request.url)})
            return httpx.Response(200, content=REPORT.model_dump_json())
        if request.url.path.endswith("/errors"):
            self.asked.append(request)
            return httpx.Response(200, content=PAGE.model_dump_json())
        if request.url.path.endswith("/predictions"):
            self.asked.append(request)
            return httpx.Response(200, content=FILE.model_dump_json())
        if request.url.path == FILE.file:
            return httpx.Response(200, content=b"prediction\nyes\n")
        return httpx.Response(200, content=json.dumps(document()))


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client("http://service", key="k", transport=httpx.MockTransport(service)) as client:
        yield client


def test_an_evaluation_is_asked_for_until_a_worker_has_answered(client: Client, service: Service) -> None:
    found = client.experiments.get("exp_1").evaluation(split="validation", epoch="last", by="city", miss_cost=2.5)
    assert found.model_dump_json() == REPORT.model_dump_json()
    assert dict(service.asked[-1].url.params) == {
        "split": "validation",
        "epoch": "last",
        "by": "city",
        "miss_cost": "2.5",
    }
    assert [request.headers["Prefer"] for request in service.asked] == ["wait=30"] * 3


def test_who_waits_no_longer_is_told(client: Client) -> None:
    with pytest.raises(TimeoutError, match="there is no answer yet"):
        client.experiments.get("exp_1").evaluation(timeout=0)


def test_the_rows_of_a_cell(client: Client, service: Service) -> None:
    page = client.experiments.get("exp_1").errors(given="no", predicted="yes", offset=10, limit=5)
    assert page == PAGE
    params = service.asked[-1].url.params
    assert (params["given"], params["predicted"], params["offset"], params["limit"]) == ("no", "yes", "10", "5")


def test_a_whole_data_set_is_predicted_into_a_file(client: Client, service: Service, tmp_path: Path) -> None:
    saved = client.experiments.get("exp_1").predict_dataset("churn", tmp_path / "a.csv", probabilities=False)
    assert saved.read_bytes() == b"prediction\nyes\n"
    expected = {"dataset": "churn", "version": None, "epoch": "best", "format": "csv", "probabilities": False}
    assert json.loads(service.asked[-1].content) == expected


def test_a_refusal_is_an_error() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/evaluation"):
            return httpx.Response(404, content=NotFound("no checkpoint").problem().model_dump_json())
        return httpx.Response(200, content=json.dumps(document()))

    transport = httpx.MockTransport(refuse)
    with Client("http://service", key="k", transport=transport) as client, pytest.raises(NotFound, match="checkpoint"):
        client.experiments.get("exp_1").evaluation()


def test_a_terminal_shows_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    show(report(REPORT))
    show(errors(PAGE))
    assert capsys.readouterr().out.splitlines() == [
        "100 examples of the test split, weights of epoch 7",
        "metric     value     95 % interval  a guess",
        "accuracy  0.8000  [0.7112, 0.8666]   0.6000",
        "log loss     inf        [nan, nan]        –",
        "",
        "class  precision  recall      F1     AUC  examples",
        "no        0.9000  0.7500  0.8200  0.9000        60",
        "yes       0.9000  0.7500  0.8200  0.9000        60",
        "",
        "given \\ predicted  no  yes",
        "no                 45   15",
        "yes                 5   35",
        "",
        "calibrated with the temperature 1.5000: calibration error 0.0200",
        "sets for 90%: contain the true value in 91.0% [84.0%, 95.0%], mean size 1.2000",
        "",
        "city     examples                 accuracy",
        "missing   9 (few)  0.5000 [0.3000, 0.7000]",
        "",
        "15 examples are predicted wrongly; the most confident errors are",
        "row    given  predicted  probability  values",
        "1,234  no     yes             0.9700  city=Chur",
    ]
