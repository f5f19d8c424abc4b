"""The metrics of a detector over the specs of a half, with Wilson's intervals. Each spec counts once."""

from collections.abc import Iterator, Sequence

from benchmarks.insight.judge import Judged
from benchmarks.insight.verdict import alarms
from benchmarks.insight.wilson import in_words

Row = tuple[str, str]


def metrics(found: Sequence[Judged]) -> Iterator[Row]:
    """The name and the value of each metric."""
    sick = [one for one in found if one.label.label == "sick"]
    healthy = [one for one in found if one.label.label == "healthy"]
    yield "sick specs that are detected", share([one.naming.detected for one in sick])
    for times in (1, 2):
        some = [one.naming.detected for one in sick if one.case.multiple == times]
        yield f"of these at {times} times the mildest strength", share(some)
    yield "the rest", share([one.naming.detected for one in sick if one.case.multiple is None])
    yield "right name first", share([one.naming.first for one in sick])
    yield "right name among the first three", share([one.naming.three for one in sick])
    yield "right layer", share([one.naming.layer is True for one in sick if one.naming.layer is not None])
    yield from _repair(sick)
    yield "healthy specs with an alarm", share([bool(one.alarms) for one in healthy])
    meant = [one for one in found if not one.case.is_sick]
    yield "all that were meant to be healthy with an alarm", share([bool(one.alarms) for one in meant])
    yield "healthy specs with an alarm of the probe", share([bool(alarms(one.answer.probe)) for one in healthy])
    yield "healthy specs with an alarm in the run", share([bool(alarms(one.answer.run)) for one in healthy])
    patched = [one.patched.effect.harmed for one in healthy if one.patched is not None]
    yield "healthy specs harmed by the first patch of a finding, notes included", share(patched)
    seen = [one.at_start for one in sick if one.case.seen_at_start]
    yield "probe alone: detected, of what can be seen at the start", share([one.detected for one in seen])
    yield "probe alone: right name among the first three", share([one.three for one in seen])


def _repair(sick: Sequence[Judged]) -> Iterator[Row]:
    curable = [one for one in sick if one.case.is_curable]
    yield "repaired by the first patch", share([_is_repaired(one) for one in curable])
    closed = [one.patched.effect.closed for one in curable if one.patched is not None]
    parts = sorted(part for part in closed if part is not None)
    yield "gap to the reference closed, median of the patched", f"{parts[len(parts) // 2]:.0%}" if parts else "–"
    wrong = [one.patched.effect.harmed for one in sick if one.patched is not None and not one.naming.first]
    yield "harmed by a patch of a wrong name", share(wrong)


def _is_repaired(one: Judged) -> bool:
    return one.patched is not None and one.patched.effect.repaired


def published(found: Sequence[Judged]) -> Iterator[tuple[str, str, str, str, str]]:
    """For each published detector: the rate of detection, how often its first name is right, and false alarms among the
    healthy specs and among all that were meant to be healthy."""
    for name in next((one.published for one in found if one.published), {}):
        said = [(one, one.published.get(name, ())) for one in found]
        sick = [(one, names) for one, names in said if one.label.label == "sick"]
        yield (
            name,
            share([bool(names) for _, names in sick]),
            share([bool(names) and names[0] in one.case.accept for one, names in sick]),
            share([bool(names) for one, names in said if one.label.label == "healthy"]),
            share([bool(names) for one, names in said if not one.case.is_sick]),
        )


def share(values: Sequence[bool]) -> str:
    """Such as `18 of 20 = 90 % (70 – 97)`."""
    return in_words(sum(values), len(values))
