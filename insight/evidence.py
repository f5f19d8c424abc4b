"""Which measured values support a finding: those that are not healthy."""

from gradus.wire.finding import Evidence, Finding


def with_supporting_evidence(finding: Finding) -> Finding:
    """The finding without the values that lie within their healthy range: they raise the question why they are shown.
    Values without such a range stay. If no value is outside its range, all values stay."""
    if not any(one.healthy is not None and not is_healthy(one) for one in finding.evidence):
        return finding
    return finding.model_copy(update={"evidence": tuple(one for one in finding.evidence if not is_healthy(one))})


def is_healthy(evidence: Evidence) -> bool:
    """Whether the value is known to be healthy; NaN is not."""
    if evidence.healthy is None or isinstance(evidence.value, str):
        return False
    low, high = evidence.healthy
    return (low is None or low <= evidence.value) and (high is None or evidence.value <= high)
