"""The pulse of a training loop."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import torch

from gradus.spec.experiment import Spec
from tests.built_in import data_of, resolved
from tests.unit.worker.test_hang_detection import Clock
from worker.hang_detection import FACTOR
from worker.trainer.progress import MAX_WAIT_SECONDS, Progress
from worker.trainer.protocol import Pulse
from worker.training.chunk_length import longest_piece
from worker.training.data import Data, Split
from worker.training.train import train


def test_a_pulse_is_sent_once_in_a_while_and_says_the_longest_piece_of_work() -> None:
    clock, sent = Clock(), list[Pulse]()
    progress = Progress(sent.append, 1.0, clock)
    for seconds in (0.25, 0.25, 0.5, 0.25, 3.0, 0.25):
        clock.now += seconds
        progress.beat()
    assert [pulse.longest for pulse in sent] == [0.5, 3.0]


def test_what_was_waited_for_is_no_piece_of_the_loops_own_work() -> None:
    clock, sent = Clock(), list[Pulse]()
    progress = Progress(sent.append, 1.0, clock)

    def load() -> str:
        clock.now += 100.0
        return "data"

    assert progress.wait_for(load) == "data"
    clock.now += 1.5
    progress.beat()
    assert sent[-1].longest == 1.5


def test_who_waits_for_a_store_that_is_away_says_so_all_the_while() -> None:
    sent, enough = list[Pulse](), threading.Event()

    def say(pulse: Pulse) -> None:
        sent.append(pulse)
        if len(sent) == 5:
            enough.set()

    with ThreadPoolExecutor(1) as store:
        assert Progress(say, 0.001).wait(store.submit(enough.wait, 60)) is True
    assert len(sent) >= 5


@pytest.mark.parametrize("renewed", [False, True])
def test_who_waits_for_ever_falls_silent_unless_what_it_waits_for_gets_on(renewed: bool) -> None:
    clock, sent, future = Clock(), list[Pulse](), Future[str]()

    def say(pulse: Pulse) -> None:
        sent.append(pulse)
        clock.now += MAX_WAIT_SECONDS / 10
        if renewed and len(sent) < 30:
            progress.renew()
        if len(sent) == 30:
            future.set_result("there")

    progress = Progress(say, 0.001, clock)
    if renewed:
        assert progress.wait(future) == "there"
        assert len(sent) == 30
        return
    aside = threading.Thread(target=lambda: progress.wait(future), daemon=True)
    aside.start()
    aside.join(1.0)
    assert len(sent) == 10
    future.set_result("late")
    aside.join(60)
    assert not aside.is_alive()


def test_the_loop_beats_while_it_evaluates_draws_weights_and_looks_for_what_went_wrong() -> None:
    inputs = torch.full((3000, 64), float("inf"))
    split = Split(inputs, torch.arange(3000) % 3)
    data = Data(split, split, split, data_of("digits"))
    spec = Spec(dataset="digits", layers=[4, 4], activation="identity", epochs=1, batch_size=1000)
    beats: list[int] = []
    training = train([spec], data, torch.device("cpu"), pulse_steps=3, on_progress=lambda: beats.append(1))
    drawn = len(beats)
    assert drawn == 3  # layers
    assert [type(report).__name__ for report in training] == ["Pulse", "EpochReport"]
    located = len(beats) - drawn - 2 * 3  # slices of both splits
    assert located >= 1


def test_small_networks_are_expected_to_beat_often_and_huge_ones_are_given_time() -> None:
    lecture = resolved(Spec(dataset="mnist", layers=[300, 100])).network
    assert FACTOR * longest_piece(lecture, 50, 1, ()) < 1.0
    deep = resolved(Spec(dataset="mnist", layers=[16384, 16384], init="orthogonal")).network
    assert FACTOR * longest_piece(deep, 50, 1, ()) > 600.0
