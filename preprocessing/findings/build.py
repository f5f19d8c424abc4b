"""Short constructors of findings and patches."""

from typing import Any

from gradus.wire.finding import Evidence, Finding, Patch, Severity


def finding(
    code: str, severity: Severity, column: str | None, because: str, evidence: list[Evidence], *patches: Patch
) -> Finding:
    """A finding about a data set or one of its columns."""
    return Finding(
        id=f"data_{code}",
        severity=severity,
        column=column,
        because=because,
        evidence=tuple(evidence),
        patches=patches,
    )


def of_columns(settings: dict[str, Any], why: str) -> Patch:
    """A patch of the spec that changes columns' settings."""
    return Patch(patch={"dataset": {"columns": settings}}, why=why)


def of_dataset(words: dict[str, Any], why: str) -> Patch:
    """A patch of the spec's data set."""
    return Patch(patch={"dataset": words}, why=why)


def some(rows: Any) -> tuple[int, ...]:
    """The first 100 of these rows, as evidence lists them."""
    return tuple(int(row) for row in rows[:100])


def percent(share: float) -> str:
    """A share in percent with two significant digits, such as 0.42 % or 17 %."""
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.4g} %"
