"""Writers of one SQLite file take turns."""

import multiprocessing
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.database.database import Database
from hub.database.write_lock import WriteLock

ADD = text("UPDATE counter SET n = n + 1")


def test_no_update_of_many_processes_and_threads_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'counter.db'}"
    database = Database(url)
    with database.write() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=count, args=(url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with database.read() as session:
        assert session.execute(text("SELECT n FROM counter")).scalar_one() == 3 * 4 * 50
    database.close()


def count(url: str) -> None:
    database = Database(url)
    threads = [threading.Thread(target=fifty, args=(database,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()


def fifty(database: Database) -> None:
    for _ in range(50):
        with database.write() as session:
            session.execute(ADD)


def test_a_turn_ends_when_its_work_fails(tmp_path: Path) -> None:
    turns = WriteLock(str(tmp_path / "turns"), timeout=60.0)
    with pytest.raises(ZeroDivisionError), turns.locked():
        raise ZeroDivisionError
    with turns.locked():
        pass
    turns.close()


@pytest.mark.parametrize("other", ["the same object", "another"])
def test_who_waits_too_long_goes_on_without_a_turn(tmp_path: Path, other: str) -> None:
    holder = WriteLock(str(tmp_path / "turns"), timeout=60.0)
    waiting = WriteLock(str(tmp_path / "turns"), timeout=0.01)
    if other == "the same object":
        holder = waiting
    went_on = threading.Event()

    def wait() -> None:
        with waiting.locked():
            went_on.set()

    with holder.locked():
        thread = threading.Thread(target=wait)
        thread.start()
        assert went_on.wait(60)
        thread.join()
    holder.close()
    waiting.close()
