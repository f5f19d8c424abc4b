"""Column types that mean the same on SQLite and Postgres."""

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Float, String, TypeDecorator
from sqlalchemy.types import TypeEngine, UserDefinedType


class Moment(TypeDecorator[datetime]):
    """A time in UTC. SQLite stores it as ISO text, which sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class _SQLiteDouble(UserDefinedType[Any]):
    """REAL affinity without conversion of parameters: SQLAlchemy's own Float would turn the text `NaN` into a float."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DOUBLE PRECISION"


class Real(TypeDecorator[float]):
    """A double that preserves NaN and infinities. SQLite would turn NaN into null, so it stores the text `NaN`."""

    impl = Float(53)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_SQLiteDouble() if dialect.name == "sqlite" else Float(53))

    def process_bind_param(self, value: float | None, dialect: Dialect) -> Any:
        if value is not None and dialect.name == "sqlite" and math.isnan(value):
            return "NaN"
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:  # noqa: ARG002
        return None if value is None else float(value)
