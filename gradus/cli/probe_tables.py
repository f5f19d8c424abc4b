"""A probe as a terminal shows it."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table

from gradus.cli import finding_tables
from gradus.cli.console import styled
from gradus.cli.labels import number
from gradus.cli.tables import borderless
from gradus.wire.probe import Probe, ProbedEffort, ProbedTrial

VERDICTS = {
    "ready": ("ready: no problem was found before training", "green"),
    "doubtful": ("doubtful: something will cost it accuracy", "yellow"),
    "will_not_learn": ("will not learn as it is", "red"),
}


def probe(found: Probe) -> RenderableType:
    """The verdict, what is wrong, the first step at five learning rates, and the layers."""
    return Group(*_parts(found))


def _parts(found: Probe) -> Iterator[RenderableType]:
    words, color = VERDICTS.get(str(found.verdict), (str(found.verdict), ""))
    yield styled(words, color)
    if found.findings:
        yield from ("", finding_tables.findings(found.findings))
    start, data, twenty = found.start, found.data, found.twenty
    yield ""
    yield f"first loss {number(start.loss)}; a constant prediction has {number(data.prior)}"
    yield f"{data.steps:,} steps planned, in epochs of {data.steps_per_epoch:,}"
    yield f"twenty steps on one batch leave {number(twenty.final)} of its loss" + _control(twenty.control)
    yield from ("", _rates(found))
    if found.step.suggested is not None:
        low, high = map(number, found.step.suggested)
        yield f"learning rates from {low} to {high} can work" + _tried(found.step.trial)
    yield from ("", _layers(found))
    if found.effort is not None and found.effort.rates < len(found.step.rates):
        yield from ("", _effort(found.effort))


def _tried(trial: ProbedTrial | None) -> str:
    if trial is None:
        return ""
    length = "the whole run" if trial.share == 1 else f"{trial.steps:,} steps"
    return f", such as {number(trial.middle)}: {length} tried at {len(trial.rates)} rates"


def _effort(effort: ProbedEffort) -> str:
    left_out = f"; {effort.unmeasured} patches have no prediction" if effort.unmeasured else ""
    return f"a large network: measured on {effort.measured} examples, and steps on batches of {effort.batch}{left_out}"


def _control(left: float | None) -> str:
    return "" if left is None else f", without its inputs {number(left)}"


def _rates(found: Probe) -> Table:
    table = _table("learning rate", "rho", "D", "after 20 steps")
    for one in found.step.rates:
        table.add_row(number(one.lr), number(one.rho), number(one.decrease), _known(one.twenty))
    return table


def _layers(found: Probe) -> Table:
    table = _table("layer", "activation", "deviation", "signal share", "flat", "dead", "gradient", "step / weights")
    for one in found.layers:
        cells = (one.deviation, one.share, one.flat, one.dead, one.delta_norm, one.update_ratio)
        table.add_row(one.name, one.activation, *map(_known, cells))
    return table


def _known(value: float | None) -> str:
    return "" if value is None else number(value)


def _table(*columns: str) -> Table:
    table = borderless()
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    return table
