"""Internal errors of short predictions: each is counted, and the first of each kind is logged."""

import pytest

from api.middleware import fault_log
from api.middleware.fault_log import INTERVAL, FaultLog
from api.prometheus import PrometheusMetrics


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(faults: FaultLog, number: int) -> None:
    try:
        dict[int, str]().pop(number)
    except KeyError as error:
        faults.add(error)


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """For each logged error: the error, and the log message up to the semicolon."""
    found = []
    for record in caplog.records:
        assert record.exc_info is not None
        found.append((repr(record.exc_info[1]), record.message.partition(";")[0]))
    caplog.clear()
    return found


LEFT = "a short prediction failed, and its route answers instead"


def test_each_fault_is_counted_and_the_first_of_each_kind_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    metrics, clock = PrometheusMetrics(), Clock()
    faults = FaultLog(metrics, clock)
    for number in range(3):
        fail(faults, number)
    faults.add(ValueError("never raised"))
    try:
        [].pop()
    except IndexError as error:
        faults.add(error)
    with pytest.raises(KeyError) as elsewhere:
        dict[str, str]().pop("elsewhere")
    faults.add(elsewhere.value)
    lines = metrics.exposition({}, {}, 0, 0).decode().splitlines()
    assert "gradus_short_prediction_faults_total 6.0" in lines
    kinds = ["KeyError(0)", "ValueError('never raised')", "IndexError('pop from empty list')", "KeyError('elsewhere')"]
    assert logged(caplog) == [(kind, LEFT) for kind in kinds]
    clock.now = INTERVAL - 1
    fail(faults, 3)
    assert logged(caplog) == []
    clock.now = INTERVAL
    fail(faults, 4)
    fail(faults, 5)
    assert logged(caplog) == [("KeyError(4)", f"{LEFT}, as were 3 more like it")]


def test_kinds_are_forgotten_oldest_first(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_log, "MOST_KINDS", 2)
    faults = FaultLog(PrometheusMetrics(), Clock())
    for kind in (ValueError, TypeError, ValueError, OSError, ValueError, TypeError):
        faults.add(kind("x"))
    assert [error for error, _ in logged(caplog)] == [
        "ValueError('x')",
        "TypeError('x')",
        "OSError('x')",
        "TypeError('x')",
    ]
