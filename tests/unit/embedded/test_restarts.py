"""A part that has ended is restarted. The pause before a restart grows each time that the part has ended soon after its
start.
"""

from pathlib import Path

import pytest

from gradus.errors import Unavailable
from hub.embedded.code_change import changed_since
from hub.embedded.failure import failure, fatal
from hub.embedded.restarts import HEALTHY_SECONDS, MAX_DEATHS, MAX_PAUSE, RestartedPart


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
    """The pause before the restart after each of these lives, all in seconds."""
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


def dying(lives: list[float], said: list[str]) -> RestartedPart:
    """A part that has ended after each of these lives, as long as it was restarted."""
    part, now = Mortal(), 0.0
    restarted = RestartedPart(part, said.append)
    restarted.start(now)
    for life in lives:
        now += life
        part.lives = False
        restarted.check(now)
        now += MAX_PAUSE
        restarted.check(now)
    return restarted


def test_the_tenth_death_in_a_row_is_final() -> None:
    said: list[str] = []
    restarted = dying([1.0] * (MAX_DEATHS + 5), said)
    assert (restarted.given_up, restarted.deaths, restarted.part.alive()) == (True, MAX_DEATHS, False)
    assert said[-1] == "mortal died (of old age), 10 times in a row: it is not restarted again"


def test_deaths_after_long_lives_are_not_in_a_row() -> None:
    restarted = dying(([1.0] * (MAX_DEATHS - 2) + [HEALTHY_SECONDS + 1]) * 5, [])
    assert (restarted.given_up, restarted.part.alive()) == (False, True)


@pytest.mark.parametrize(
    ("required", "workers", "lost"),
    [
        ((False, False), (False, False), None),
        ((False, False), (True, False), None),  # the other worker goes on
        ((False, False), (True, True), "worker 0"),
        ((False, True), (False, False), "required 1"),
        ((False, False), (), None),
    ],
)
def test_the_service_ends_with_a_required_part_or_its_last_worker(
    required: tuple[bool, ...], workers: tuple[bool, ...], lost: str | None
) -> None:
    def parts(role: str, given_up: tuple[bool, ...]) -> list[RestartedPart]:
        made = []
        for i, end in enumerate(given_up):
            restarted = dying([1.0] * MAX_DEATHS if end else [], [])
            restarted.part.name = f"{role} {i}"
            made.append(restarted)
        return made

    found = fatal(parts("required", required), parts("worker", workers))
    assert (found and found.part.name) == lost


def test_the_error_has_the_last_line_of_the_log_and_the_hint(tmp_path: Path) -> None:
    restarted = dying([1.0], [])
    restarted.part.log = tmp_path / "mortal.log"
    assert failure(restarted, "keeps dying").detail == f"mortal keeps dying (no message): see {restarted.part.log}"
    restarted.part.log.write_text("Traceback …\nImportError: no name\n\n")
    assert failure(restarted, "keeps dying", "start it again").detail == (
        f"mortal keeps dying (ImportError: no name): see {restarted.part.log}; start it again"
    )


def test_a_python_file_that_is_written_later_is_a_change(tmp_path: Path) -> None:
    package = tmp_path / "hub"
    (package / "jobs").mkdir(parents=True)
    for name in ("__init__.py", "jobs/__init__.py", "jobs/claims.py"):
        (package / name).touch()
    written = (package / "jobs" / "claims.py").stat().st_ctime
    assert not changed_since(tmp_path, written)
    (package / "jobs" / "claims.pyc").touch()  # importing is no change
    (tmp_path / "notes.py").touch()
    assert not changed_since(tmp_path, written)
    assert changed_since(tmp_path, written - 1)


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
