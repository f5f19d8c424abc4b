"""The importance of columns, with the client and in a terminal."""

import json
from typing import Any

import httpx
import pytest

from gradus.cli.importance_tables import report
from gradus.cli.output import show
from gradus.client import Client
from gradus.errors import BadRequest
from gradus.wire.importance import ColumnEffect, ColumnImportance, ImportanceReport, IntactMetric, JudgedNetwork
from tests.unit.client.said import document, sweep_document


def effects(loss: float, accuracy: float) -> tuple[ColumnEffect, ...]:
    given = {"log_loss": (0.4, loss), "accuracy": (0.9, -accuracy)}
    return tuple(
        ColumnEffect(
            metric=metric,
            shuffled=intact + change,
            worse_by=abs(change),
            ci95=(abs(change) - 0.1, abs(change) + 0.1),
            p_adjusted=0.01,
            helps=abs(change) > 0.1,
        )
        for metric, (intact, change) in given.items()
    )


REPORT = ImportanceReport(
    task="classification",
    split="test",
    networks=(JudgedNetwork(experiment="exp_1", seed=0, epoch=7, checkpoint="c"),),
    n=100,
    of=100,
    repeats=5,
    weighted=False,
    metrics=(IntactMetric(name="log_loss", value=0.4), IntactMetric(name="accuracy", value=0.9)),
    columns=(
        ColumnImportance(columns=("lat", "lon"), inputs=2, effects=effects(0.8, 0.25)),
        ColumnImportance(columns=("age",), inputs=1, effects=effects(0.05, 0.0)),
    ),
)


def test_columns_that_belong_together_are_asked_for_by_name() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/importance"):
            asked.append(request)
            return httpx.Response(200, content=REPORT.model_dump_json())
        is_sweep = "/sweeps/" in request.url.path
        return httpx.Response(200, content=json.dumps(sweep_document() if is_sweep else document()))

    with Client("http://service", key="k", transport=httpx.MockTransport(answer)) as client:
        experiment, sweep = client.experiments.get("exp_1"), client.sweeps.get("swp_1")
        found = experiment.importance(split="validation", epoch=3, repeats=9, columns=["age"], together=["lat", "lon"])
        assert found == REPORT
        assert sweep.importance("wide") == sweep.importance() == REPORT
        with pytest.raises(BadRequest, match=r"give several names, as in \['lat', …\]"):
            experiment.importance(together="lat")
        with pytest.raises(BadRequest, match="columns: give several names"):
            sweep.importance(columns="lat")
    common: list[Any] = [("split", "test"), ("epoch", "best"), ("repeats", "5")]
    assert [request.url.params.multi_items() for request in asked] == [
        [
            *(("split", "validation"), ("epoch", "3"), ("repeats", "9"), ("columns", "age")),
            *(("together", "lat"), ("together", "lon")),
        ],
        [*common, ("label", "wide")],
        common,
    ]


def test_a_terminal_shows_what_each_column_is_worth(capsys: pytest.CaptureFixture[str]) -> None:
    show(report(REPORT))
    several = REPORT.model_copy(update={"networks": REPORT.networks * 3, "of": 2500, "weighted": True})
    show(report(several))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:6] == [
        "100 examples of the test split, weights of epoch 7",
        "log loss 0.4000, accuracy 0.9000 with all columns",
        "",
        "shuffled column           log loss worse by           accuracy worse by  helps",
        "lat + lon        +0.8000 [+0.7000, +0.9000]  +0.2500 [+0.1500, +0.3500]  yes",
        "age              +0.0500 [-0.0500, +0.1500]   0.0000 [-0.1000, +0.1000]  unclear",
    ]
    assert lines[6] == "helps: log loss is worse without the column, beyond chance"
    assert lines[7] == "100 of 2,500 examples of the test split, 3 networks, one for each seed, losses weighted"
    assert lines[-1] == "With fewer than 5 seeds, intervals are wide, and few columns are clear"
