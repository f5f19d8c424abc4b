"""Repeated log lines are written less often."""

import io
import logging
from collections.abc import Iterator

import pytest

from hub.log_throttle import LogLimit


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.addFilter(LogLimit(burst=3, window=0.2))
    logger = logging.getLogger("noisy")
    logger.addHandler(handler)
    logger.propagate = False
    yield text
    logger.removeHandler(handler)
    logger.propagate = True


def complain(number: int) -> None:
    logging.getLogger("noisy").warning("client %d is rude", number)


def test_what_is_said_again_and_again_is_counted(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: moment)
    for number in range(100):
        complain(number)
    logging.getLogger("noisy").warning("something else")
    logging.getLogger("noisy").info("not heard at this level")
    assert written.getvalue().splitlines() == [*(f"client {i} is rude" for i in range(3)), "something else"]
    moment += 0.3
    complain(100)
    complain(101)
    assert written.getvalue().splitlines()[4:] == [
        "client 100 is rude (and 97 similar lines suppressed)",
        "client 101 is rude",
    ]


def test_exceptions_of_two_kinds_are_two_kinds_of_lines(written: io.StringIO) -> None:
    for error in [ValueError("a")] * 5 + [KeyError("b")]:
        try:
            raise error
        except (ValueError, KeyError):
            logging.getLogger("noisy").exception("failed")
    assert written.getvalue().count("ValueError") == 3
    assert written.getvalue().count("KeyError") == 1
