"""Commits to a SQLite database are noticed by code that caches what it has read."""

import sqlite3
from pathlib import Path

from hub.database.changes import Changes, Unchanged


def test_the_version_is_another_after_each_commit_and_no_other_time(tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE numbers (n)")
    changes = Changes(f"sqlite:///{file}")
    seen = [changes.version(), changes.version()]
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO numbers VALUES (1)")
    seen.append(changes.version())
    writer.execute("COMMIT")
    seen += [changes.version(), changes.version()]
    writer.close()
    changes.close()
    assert seen[0] == seen[1] == seen[2] != seen[3] == seen[4]
    assert None not in seen


def test_a_database_that_cannot_tell_has_no_version(tmp_path: Path) -> None:
    assert Changes("postgresql+psycopg://nobody@127.0.0.1:1/none").version() is None
    assert Changes(f"sqlite:///{tmp_path / 'no_folder' / 'some.db'}").version() is None


def test_what_was_read_is_forgotten_after_a_commit_and_dropped_if_it_was_read_before_one() -> None:
    found: Unchanged[str, int] = Unchanged(most=2)
    assert found.get(1, "a") is None
    found.put(1, "a", 10)
    assert (found.get(1, "a"), found.get(2, "a")) == (10, None)
    found.put(1, "a", 10)  # read before the commit that `get` has seen
    assert found.get(2, "a") is None
    for name in "abc":
        found.put(2, name, 20)
    assert [found.get(2, name) for name in "abc"] == [20, 20, None]


def test_another_connection_never_has_the_version_of_an_earlier_one(tmp_path: Path) -> None:
    changes = Changes(f"sqlite:///{tmp_path / 'some.db'}")
    first = changes.version()
    changes.close()  # as after an error, in which a commit may have been missed
    assert changes.version() != first
    changes.close()
