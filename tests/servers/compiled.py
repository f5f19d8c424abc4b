"""Statements that were compiled for one test are there for the next, whose database has another engine.

SQLAlchemy keeps compiled statements by engine and dialect object, and a service has one engine for its life. Each test
has new ones: to compile took a quarter of the processor time of tests that use a database.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

_MOST = 1_000
_compiled: LRUCache[Any, Any] = LRUCache(_MOST)


def keep_for_all_engines() -> None:
    """From now on, engines for the same kind of database and driver share what they compile."""
    engines: Any = Engine
    engines._execution_options = engines._execution_options.union({"compiled_cache": _compiled})
    dialects: Any = DefaultDialect
    dialects.__eq__, dialects.__hash__ = _same_kind, _kind_hash


def _same_kind(one: DefaultDialect, other: object) -> bool:
    return type(one) is type(other) and one.dbapi is getattr(other, "dbapi", None)


def _kind_hash(one: DefaultDialect) -> int:
    return hash(type(one))
