"""Starting a part again when it dies, and waiting longer each time that it dies young."""

from pathlib import Path

from gradus.errors import Unavailable
from hub.embedded.restarts import HEALTHY_SECONDS, MAX_PAUSE, RestartedPart


class Mortal:
    """A part that lives as long as the test wants."""

    name = "mortal"
    log = Path("mortal.log")

    def __init__(self) -> None:
        self.starts = 0
        self.lives = False
        self.refuses = False

    def start(self) -> None:
        if self.refuses:
            raise Unavailable("not today")
        self.starts += 1
        self.lives = True

    def alive(self) -> bool:
        return self.lives

    def terminate(self) -> None:
        self.lives = False

    def end(self, seconds: float) -> None:
        self.lives = False

    def exit_reason(self) -> str:
        return "of old age"


def pauses(part: Mortal, lives: list[float], until: float = 10_000.0) -> list[float]:
    """How long the keeper waits after each life of so many seconds."""
    said: list[str] = []
    restarted = RestartedPart(part, said.append)
    now = 0.0
    restarted.start(now)
    waited = []
    for life in lives:
        now += life
        part.lives = False
        restarted.check(now)
        died = now
        while not part.lives and now < until:
            now += 0.125
            restarted.check(now)
        waited.append(now - died)
    return waited


def test_each_death_in_youth_doubles_the_pause_up_to_a_bound() -> None:
    assert pauses(Mortal(), [0.0] * 9) == [0.5, 1, 2, 4, 8, 16, MAX_PAUSE, MAX_PAUSE, MAX_PAUSE]


def test_a_long_life_is_rewarded() -> None:
    assert pauses(Mortal(), [0.0, 0.0, HEALTHY_SECONDS + 1, 0.0]) == [0.5, 1, 0.25, 0.5]


def test_what_lives_is_left_alone() -> None:
    part = Mortal()
    restarted = RestartedPart(part, lambda _: None)
    restarted.start(0.0)
    for now in range(100):
        restarted.check(float(now))
    assert part.starts == 1


def test_a_part_that_cannot_be_started_is_tried_again() -> None:
    part, said = Mortal(), list[str]()
    restarted = RestartedPart(part, said.append)
    restarted.start(0.0)
    part.lives, part.refuses = False, True
    for now in (0.0, 0.5, 1.5):
        restarted.check(now)
    part.refuses = False
    restarted.check(3.5)
    assert part.lives
    assert said == [
        "mortal died (of old age); restarting it in 0.5 s",
        "mortal failed to start (not today); restarting it in 1 s",
        "mortal failed to start (not today); restarting it in 2 s",
    ]
