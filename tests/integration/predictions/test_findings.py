"""The patches of a finished run's findings are probed when the findings are read. These tests act as the worker."""

import json
from typing import Any

from gradus.wire.finding import Evidence, Finding, Patch
from hub.tables import ExperimentRow
from tests.integration.predictions.answering import answer_all
from tests.integration.predictions.conftest import Lab

DEEP: dict[str, Any] = {
    "dataset": "digits",
    "layers": [30, 30, 30, 30, 30],
    "activation": "sigmoid",
    "optimizer": {"kind": "sgd", "lr": 0.01},
}
CURE, WORSE = {"activation": "relu", "init": {"kind": "auto"}}, {"optimizer": {"kind": "sgd", "lr": 1e-7}}
COLLAPSED = Finding(
    id="signal_collapse",
    severity="critical",
    layer="layers/1",
    evidence=(Evidence(statistic="share", value=1e-6, threshold=1e-3),),
    because="All inputs look alike.",
    patches=(Patch(patch=CURE, why="ReLU."), Patch(patch=WORSE, why="Slower.")),
)
LEAK = Finding(
    id="data_leak",
    severity="warning",
    column="a",
    evidence=(),
    because="It tells.",
    patches=(Patch(patch={"dataset": {"columns": {"a": "ignore"}}}, why="Ignored."),),
)


def found(lab: Lab, path: str) -> tuple[dict[str, Any], bool]:
    page = lab.client.get(f"{path}/findings").json()
    return {one["id"]: one for one in page["data"]}, page["predicting"]


def sick(lab: Lab, *findings: Finding, epochs: int = 1, **row: Any) -> str:
    id_ = lab.trained(**DEEP, epochs=epochs)
    with lab.hub.write() as session:
        stored = session.get_one(ExperimentRow, id_)
        stored.findings = json.dumps([one.model_dump(mode="json") for one in findings])
        for key, value in row.items():
            setattr(stored, key, value)
    return f"/v1/experiments/{id_}"


def test_patches_are_probed_when_they_are_read_and_those_that_heal_nothing_are_dropped(lab: Lab) -> None:
    path = sick(lab, COLLAPSED, LEAK, epochs=40)
    first, is_to_come = found(lab, path)
    assert is_to_come
    assert [one["predicted"] for one in first["signal_collapse"]["patches"]] == [{}, {}]
    assert found(lab, path)[1]  # the same question
    assert answer_all(lab.hub, lab.folder) == 1
    found(lab, path)
    probed, is_to_come = found(lab, path)
    assert not is_to_come
    (patch,) = probed["signal_collapse"]["patches"]
    assert patch["patch"]["activation"] == "relu"
    assert patch["predicted"]["share"]["before"] < 1e-3 < patch["predicted"]["share"]["after"]
    assert probed["data_leak"] == first["data_leak"]
    assert answer_all(lab.hub, lab.folder) == 0  # it is kept, and not asked again


def test_what_a_probe_cannot_tell_is_not_asked(lab: Lab) -> None:
    paths = (sick(lab, LEAK), sick(lab, COLLAPSED, status="running"), sick(lab, COLLAPSED, forked_epoch=1))
    assert [found(lab, path)[1] for path in paths] == [False] * 3
    assert answer_all(lab.hub, lab.folder) == 0
