"""Internal errors of short predictions: each is counted, the first is logged."""

import pytest

from api.middleware.short_predictions import Faults
from api.prometheus import PrometheusMetrics


def test_each_fault_is_counted_and_the_first_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    metrics = PrometheusMetrics()
    faults = Faults(metrics)
    for number in range(3):
        try:
            dict[int, str]().pop(number)
        except KeyError:
            faults.add()
    assert "gradus_short_prediction_faults_total 3.0" in metrics.exposition({}, {}, 0, 0).decode().splitlines()
    (logged,) = [record for record in caplog.records if "left to its route" in record.message]
    assert logged.exc_info is not None
    assert repr(logged.exc_info[1]) == "KeyError(0)"
