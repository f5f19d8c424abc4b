"""`gradus findings` and `gradus fork --finding`: causes before their consequences, and the patch that a name refers
to."""

import json
import re
from typing import Any

import httpx
import pytest
from rich.console import Console

from gradus import Client
from gradus.cli.commands import show
from gradus.cli.commands.fork import patch_of
from gradus.cli.finding_tables import findings
from gradus.errors import BadRequest
from gradus.wire.finding import Evidence, Finding, Patch, Since, Verified, Verifying
from tests.unit.client.said import RECORD, document

RATE = Finding(
    id="lr_too_high",
    severity="critical",
    layer="layers/1",
    since=Since(epoch=2, step=1200),
    evidence=(
        Evidence(statistic="update ratio", layer="layers/1", value=0.31, threshold=0.1, healthy=(0.001, 0.01)),
        Evidence(statistic="loss", value="NaN", healthy=(None, 2.3)),
        Evidence(statistic="examples", value=900.0, healthy=(1000, None)),
    ),
    because="the steps are too large",
    patches=(
        Patch(
            patch={"optimizer": {"lr": 0.01}},
            why="takes smaller steps",
            predicted={"update ratio": {"before": 0.31, "after": 0.004}},
        ),
    ),
    verified=Verified(
        patch={"optimizer": {"lr": 0.01}},
        gain=0.021,
        ci95=(0.01, 0.032),
        seeds=5,
        experiments=(),
        metric="validation_accuracy",
        decided=True,
    ),
)


def finding(name: str, cause: str | None = None, column: str | None = None, **more: Any) -> Finding:
    """A finding of severity `note`, without evidence."""
    return Finding(
        id=name, severity="note", column=column, evidence=(), because=f"b {name}", consequence_of=cause, **more
    )


def shown(*found: Finding, evidence: bool = False) -> list[str]:
    """The lines that a terminal shows for these findings."""
    console = Console(width=200, color_system=None)
    with console.capture() as capture:
        console.print(findings(found, evidence=evidence))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_what_follows_stands_indented_below_its_cause_and_nothing_is_lost() -> None:
    lines = shown(finding("dead", "lr"), finding("lr"), finding("flat", "dead"), finding("x", "y"), finding("y", "x"))
    assert lines == [
        "note  lr",
        "  b lr",
        "    note  dead",
        "      b dead",
        "        note  flat",
        "          b flat",
        "note  x",
        "  b x",
        "note  y",
        "  b y",
    ]


def test_the_same_in_many_columns_is_told_twice_and_then_named() -> None:
    many = [finding("data_constant", column=f"c{i}") for i in range(6)]
    lines = shown(many[0], finding("other"), *many[1:])
    assert lines == [
        "note  data_constant c0",
        "  b data_constant",
        "note  data_constant c1",
        "  b data_constant",
        "  … and 4 more: c2, c3, c4, c5",
        "note  other",
        "  b other",
    ]
    assert len(shown(*many[:4])) == 8


def test_evidence_predictions_and_proofs_are_written_out() -> None:
    assert shown(RATE, evidence=True) == [
        "critical  lr_too_high layers/1  since epoch 2, step 1200",
        "  the steps are too large",
        "  update ratio of layers/1: 0.3100 (limit 0.1000, healthy 0.0010 to 0.0100)",
        "  loss: NaN (healthy up to 2.3000)",
        "  examples: 900 (healthy from 1,000)",
        '  takes smaller steps: {"optimizer": {"lr": 0.01}}',
        "    predicted update ratio: 0.3100 → 0.0040",
        "  verified over 5 seeds: gain 0.0210 [0.0100, 0.0320] in validation accuracy",
    ]


def test_what_is_found_in_hundreds_of_columns_stays_readable() -> None:
    measured = tuple(Evidence(statistic="share", column=f"c{i}", value=1.0) for i in range(100))
    change = {"dataset": {"columns": {f"c{i}": "ignore" for i in range(700)}}}
    many = Finding(
        id="data_constant", severity="note", evidence=measured, because="b", patches=(Patch(patch=change, why="w"),)
    )
    lines = shown(many, evidence=True)
    assert lines[14] == "  … and 88 more"
    assert sum(map(len, lines)) < 1700


def test_an_experiment_is_shown_with_how_many_there_are() -> None:
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(show.page(RECORD, (), (), [RATE, finding("a"), finding("b")]))
        console.print(show.page(RECORD, ()))
    (line,) = [line for line in capture.get().splitlines() if line.startswith("findings")]
    assert line.split(maxsplit=1)[1].rstrip() == "1 critical, 2 notes: gradus findings exp_1"


FOUND = (
    RATE,
    finding("data_leak", column="a", patches=(Patch(patch={"dataset": {"columns": {"a": "ignore"}}}, why="w"),)),
    finding("data_leak", column="b:c", patches=(Patch(patch={"ragged": "pad"}, of="parse", why="w"),)),
)


def answer(request: httpx.Request) -> httpx.Response:
    """The response of the service."""
    if request.url.path.endswith("/findings"):
        data = [one.model_dump(mode="json") for one in FOUND]
        return httpx.Response(200, json={"data": data, "last_event": 3})
    return httpx.Response(200, content=json.dumps(document()))


def asked(name: str) -> dict[str, object]:
    """The patch that `gradus fork --finding NAME` applies."""
    with Client("http://service", key="k", transport=httpx.MockTransport(answer)) as client:
        return patch_of(client.experiments.get("exp_1"), name)


def test_a_finding_is_named_by_its_id_or_with_its_place() -> None:
    assert [one.name for one in FOUND] == ["lr_too_high:layers/1", "data_leak:a", "data_leak:b:c"]
    assert asked("lr_too_high") == asked("lr_too_high:layers/1") == {"optimizer": {"lr": 0.01}}
    assert asked("data_leak:a") == {"dataset": {"columns": {"a": "ignore"}}}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("data_leak", "several findings are called 'data_leak': data_leak:a, data_leak:b:c"),
        ("lr_to_high:layers/1", "did you mean 'lr_too_high:layers/1'?"),
        ("data_leak:b:c", "proposes no change of the spec"),
    ],
)
def test_a_name_that_means_no_single_patch_is_refused(name: str, words: str) -> None:
    with pytest.raises(BadRequest, match=re.escape(words)):
        asked(name)


def test_a_cure_is_asked_for_under_the_name_of_its_finding() -> None:
    asked: list[tuple[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            asked.append((request.url.raw_path.decode(), json.loads(request.content)))
            assert request.headers["Idempotency-Key"]
        if request.url.path.endswith("/verify"):
            return httpx.Response(202, content=RATE.model_dump_json())
        return httpx.Response(201, content=json.dumps(document()))

    with Client("http://service", key="k", transport=httpx.MockTransport(answer)) as client:
        experiment = client.experiments.get("exp_1")
        assert experiment.apply_finding(RATE, patch=1).id == RECORD.id
        assert experiment.verify_finding("diverged", seeds=7) == RATE
    at = "/v1/experiments/exp_1/findings"
    assert asked == [
        (f"{at}/lr_too_high%3Alayers%2F1/apply", {"patch": 1, "name": None}),
        (f"{at}/diverged/verify", {"patch": 0, "seeds": 7}),
    ]


def test_a_verification_is_told_while_it_trains_and_when_it_is_over() -> None:
    state = Verifying(patch={}, sweep_id="swp_1", done=2, seeds=5)
    assert "  being verified: 2 of at most 5 seeds done, in sweep swp_1" in shown(finding("a", verifying=state))
    failed = Verified(patch={}, gain=None, ci95=None, seeds=3, experiments=(), decided=True, failed_without=3)
    assert "  verified over 3 seeds: gain unknown; 3 runs failed without it" in shown(finding("a", verified=failed))
