"""Watching a run while the service is unavailable for a while, or an unexpected error occurs."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout

import httpx
import pytest

from gradus.cli.commands import sweeps, watch
from gradus.cli.exit_codes import Exit
from gradus.cli.run_state import RunState
from gradus.client import Client
from gradus.client.request import MAX_RETRIES
from gradus.wire.sweep import SweepStatus
from tests.unit.cli.test_tables import swept
from tests.unit.client.said import problem

HERE = "http://127.0.0.1:1"


def test_watching_a_sweep_outlasts_a_service_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    over = swept([]).model_copy(update={"status": SweepStatus.SUCCEEDED, "counts": {"succeeded": 4}}).model_dump_json()
    answers: Iterator[httpx.Response] = iter(
        [
            httpx.Response(200, text=swept([]).model_dump_json()),
            *(httpx.Response(503, content=problem(503, "unavailable")) for _ in range(5 * MAX_RETRIES)),
            httpx.Response(200, text=over),
        ]
    )
    monkeypatch.setattr(
        "gradus.client.sync_transport.time.sleep", lambda _: None
    )  # the pauses, of half a minute together
    with Client(HERE, transport=httpx.MockTransport(lambda _: next(answers))) as client, redirect_stdout(io.StringIO()):
        assert sweeps.watch_sweep(client, "swp_1", as_json=True) is Exit.OK


@pytest.mark.parametrize("fault", [RuntimeError("unforeseen"), ValueError("wrong"), MemoryError()], ids=repr)
def test_a_fault_in_reading_ends_the_watching(fault: Exception) -> None:
    def fails(_: httpx.Request) -> httpx.Response:
        raise fault

    with Client(HERE, transport=httpx.MockTransport(fails)) as client, pytest.raises(type(fault)):
        watch.watch_runs(client, [RunState("exp_1"), RunState("exp_2")])
