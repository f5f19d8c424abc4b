"""Prints the tables of the bench."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.insight.baselines import blind, searched
from benchmarks.insight.cases import Case, Half, Source
from benchmarks.insight.judge import DEAREST, Judged
from benchmarks.insight.labels import Label
from benchmarks.insight.metrics import metrics, published, share
from benchmarks.insight.rates import DRAWS, compared, in_words, networks, trial
from benchmarks.insight.runs import Runs
from benchmarks.report import header, table

RULE_COLUMNS = (
    *("rules on our statistics", "sick specs detected", "right name first"),
    *("healthy specs with an alarm", "all that were meant to be healthy"),
)


def judge_header(half: Half) -> str:
    """A header with title, date, commit and machine."""
    return header(f"Findings judged, {half} half", ("torch",), ("five seeds; intervals are Wilson's, 95 %",))


def print_judged(found: Sequence[Judged]) -> None:
    """Print the metrics, those of the published rules beside them, and every failure."""
    counts = ", ".join(
        f"{sum(one.label.label == kind for one in found)} {kind}" for kind in ("sick", "healthy", "neither", "unknown")
    )
    print(f"\n{counts}\n")
    print(table(("findings of Gradus", "specs (95 % interval)"), metrics(found)))
    print(table(RULE_COLUMNS, published(found)))
    print("Failures:\n")
    print(*(f"- {line}" for line in _failures(found)), sep="\n")


def _failures(found: Sequence[Judged]) -> Iterator[str]:
    for one in found:
        if one.label.label == "sick":
            yield from _failures_of_sick(one)
        elif not one.case.is_sick:
            yield from _failures_of_healthy(one)


def _failures_of_sick(one: Judged) -> Iterator[str]:
    name, right = one.case.name, " or ".join(one.case.accept)
    if not one.naming.detected:
        yield f"missed: {name} (gain of the reference {one.label.gain}): {right}"
        return
    if not one.naming.first:
        yield f"wrong name first: {name}: {_said(one)}, not {right}"
    if one.case.is_curable and one.patched is None:
        yield f"no patch, or one that trains {DEAREST} times as long: {name}"
    elif one.patched is not None and not one.patched.effect.repaired:
        yield f"not repaired: {name}: {dict(one.patched.patch)} gains {one.patched.gain:.3g}"


def _failures_of_healthy(one: Judged) -> Iterator[str]:
    label = one.label
    known = f"{label.label}, {label.by} gains {label.gain}" if label.by else label.label
    if one.alarms:
        yield f"false alarm ({known}): {one.case.name}: {_said(one)}"
    if one.patched is not None and one.patched.effect.harmed:
        yield f"harm ({known}): {one.case.name}: {dict(one.patched.patch)} gains {one.patched.gain:.3g}"


def _said(one: Judged) -> str:
    return ", ".join(alarm.id for alarm in one.alarms) or "silent"


def print_baselines(drawn: Sequence[tuple[Case, Label]], half: Half, runs: Runs, *, search: bool) -> None:
    """Print how many specs blind changes repair, and how many they harm."""
    repaired: dict[str, list[bool]] = defaultdict(list)
    harmed: dict[str, list[bool]] = defaultdict(list)
    for case, label in drawn:
        if not case.is_curable:
            continue
        for name, source in _changes(case, label, runs, search=search):
            before, after = runs.scores(case.source), runs.scores(source)
            if label.label == "sick":
                repaired[name].append(runs.bar(case).is_better(before, after))
            elif label.label == "healthy":
                harmed[name].append(runs.bar(case).is_worse(before, after))
    print(header(f"Blind repairs, {half} half", ("torch",)))
    rows = [(name, share(repaired[name]), share(harmed[name])) for name in repaired]
    print(table(("change", "sick specs repaired", "healthy specs harmed"), rows))


def _changes(case: Case, label: Label, runs: Runs, *, search: bool) -> Iterator[tuple[str, Source]]:
    if label.label == "neither":
        return
    yield from blind(case, runs).items()
    if search and label.label == "sick":
        yield "random search, 20 trainings", searched(case, runs)


def print_rates(half: Half, runs: Runs) -> None:
    """Print how often the suggested learning rates contain the best of twelve."""
    from benchmarks.insight.answers import probed_step  # noqa: PLC0415

    judged = []
    for source in networks(DRAWS[half]):
        judged.append(compared(trial(source, runs), probed_step(source, runs.folder)))
        print(f"{judged[-1].verdict} {in_words(source)}: {judged[-1].in_words}", flush=True)
    print(header(f"Suggested learning rates, {half} half", ("torch",)))
    rows = (
        ("the interval holds the best of 12", share([one.holds_best for one in judged])),
        ("or one within a point of it", share([one.holds_close for one in judged])),
        ("the single rate is within a point of the best", share([one.single_is_close for one in judged])),
        ("rates of 12 in the interval, median", f"{median(one.inside for one in judged):g}"),
        (
            "decades, median (largest)",
            f"{median(one.decades for one in judged):.1f} ({max(one.decades for one in judged):.1f})",
        ),
    )
    print(table(("30 random networks", "networks (95 % interval)"), rows))
