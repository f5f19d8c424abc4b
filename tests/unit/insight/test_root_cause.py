"""The first finding is the cause; its consequences are listed below it."""

import pytest

from gradus.wire.finding import Finding, Since
from insight.findings.kind import FINDING_IDS
from insight.root_cause import CONSEQUENCES, ORDER, root_cause_first


def finding(id_: str, severity: str = "warning", since: tuple[int, int] | None = None) -> Finding:
    moment = None if since is None else Since(epoch=since[0], step=since[1])
    return Finding(id=id_, severity=severity, evidence=(), because="", since=moment)


def order(*findings: Finding) -> list[tuple[str, str | None]]:
    return [(one.id, one.consequence_of) for one in root_cause_first(findings)]


def test_every_finding_has_a_place_and_follows_only_from_what_stands_before_it() -> None:
    assert sorted(ORDER) == sorted(FINDING_IDS)
    for cause, consequences in CONSEQUENCES.items():
        assert all(ORDER.index(cause) < ORDER.index(one) for one in consequences), cause


def test_a_high_learning_rate_explains_dead_units_and_the_plateau() -> None:
    plateau, dead, rate = finding("predicts_class_prior"), finding("dead_relu"), finding("lr_too_high")
    assert order(plateau, dead, rate) == [
        ("lr_too_high", None),
        ("dead_relu", "lr_too_high"),
        ("predicts_class_prior", "lr_too_high"),
    ]


def test_what_held_before_its_supposed_cause_is_independent() -> None:
    dead, rate = finding("dead_relu", since=(1, 10)), finding("lr_too_high", since=(4, 900))
    assert order(dead, rate) == [("lr_too_high", None), ("dead_relu", None)]


@pytest.mark.parametrize(
    ("saturated", "collapsed", "first"),
    [(None, None, 0), ((2, 20), (2, 20), 0), ((4, 40), None, 1), ((4, 40), (2, 20), 1), ((2, 20), (4, 40), 0)],
)
def test_saturation_and_a_lost_signal_follow_from_the_one_that_held_first(
    saturated: tuple[int, int] | None, collapsed: tuple[int, int] | None, first: int
) -> None:
    found = [finding("saturated_activation", since=saturated), finding("signal_collapse", since=collapsed)]
    cause, other = found[first].id, found[1 - first].id
    assert order(*found) == [(cause, None), (other, cause)]


def test_each_consequence_stands_below_its_cause() -> None:
    found = [
        finding("saturated_activation", since=(3, 300)),
        finding("signal_collapse", since=(0, 0)),
        finding("initial_weights_too_small"),
        finding("bias_before_batch_norm"),
    ]
    assert order(*found) == [
        ("initial_weights_too_small", None),
        ("signal_collapse", "initial_weights_too_small"),
        ("saturated_activation", "signal_collapse"),
        ("bias_before_batch_norm", None),
    ]


def test_a_note_causes_no_alarm_and_stands_last() -> None:
    note, alarm = finding("class_imbalance", "note"), finding("predicts_class_prior")
    assert order(note, alarm) == [("predicts_class_prior", None), ("class_imbalance", None)]


@pytest.mark.parametrize(("severity", "place"), [("critical", 0), ("warning", 1)])
def test_only_a_critical_finding_about_the_data_is_the_first_answer(severity: str, place: int) -> None:
    ids = [id_ for id_, _ in order(finding("lr_too_high"), finding("data_leak", severity))]
    assert ids.index("data_leak") == place
