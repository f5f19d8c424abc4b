"""Assembles `run.py`."""

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from export.script import augment, built_in, network, uploaded, words
from export.script.cannot import CannotRepeat
from export.script.linker import PIECES, Import, import_lines, link, read
from gradus.datasets import DATASETS
from gradus.device_name import ONEDNN_EVERYWHERE, CpuName
from gradus.resolved import ResolvedSpec
from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import METADATA_FIELDS
from gradus.spec.loss import resolve_loss
from gradus.spec.memory import evaluation_rows
from gradus.wire.metrics import MetricsRow
from preprocessing.encode import Fitted

_RUN = "Training"
MAX_ROWS = 2000
"""The largest number of epochs whose original metrics a file contains."""
METRICS = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy")
_WIDTH = 100
_OUTSIDE = {
    "torch": Import("torch", ""),
    "np": Import("numpy", ""),
    "sys": Import("sys", ""),
    "functional": Import("torch.nn", "functional"),
    "Tensor": Import("torch", "Tensor"),
    "Mapping": Import("collections.abc", "Mapping"),
    "Sequence": Import("collections.abc", "Sequence"),
    "sqrt": Import("math", "sqrt"),
    "pi": Import("math", "pi"),
    "Path": Import("pathlib", "Path"),
}


@dataclass(frozen=True)
class Repeated:
    """A run to be repeated, and its history."""

    experiment_id: str
    name: str
    resolved: ResolvedSpec
    fitted: Fitted
    rows: Sequence[MetricsRow]
    """The metrics of all epochs."""
    device: str | None
    version: str
    """The version of Gradus."""
    members: int = 1
    """Number of networks that trained together."""
    has_moved: bool = False
    """Whether earlier epochs of the run were trained on other devices."""
    is_whole: bool = True
    """Whether a new run of the spec would give the same numbers."""


def script(run: Repeated) -> str:
    """The text of `run.py`.

    Raises:
        CannotRepeat: no such file would give the same numbers.
    """
    if not run.is_whole:
        raise CannotRepeat(
            "the run continued from another run's weights, or was extended in a way that affects its numbers"
        )
    if not run.rows:
        raise CannotRepeat("the run has no epoch yet: wait for the first")
    if run.rows[0].epoch != 1:
        raise CannotRepeat(
            "its first epochs are those of the experiment that it was forked from: export `run.py` of that one"
        )
    if len(run.rows) > MAX_ROWS:
        raise CannotRepeat(f"the run has {len(run.rows):,} epochs, but `run.py` can compare at most {MAX_ROWS:,}")
    head = list(_head(run))
    sections = [
        ("This experiment", _constants(run)),
        ("The data", "\n".join(_load(run))),
        ("The network", "\n".join([*network.tensors(run.resolved.network), *_functions(run)])),
        ("Loss and optimizer", "\n".join(_training(run))),
        ("Batches", "\n".join(augment.batches(run.resolved.spec.dataset.augment, run.resolved.data.image))),
        (_RUN, ""),
    ]
    imports: set[Import] = set()
    have: set[str] = set()
    text: list[str] = []
    for title, own in sections:
        section, needed = _linked(title, own, have)
        imports |= needed
        text += section
    end = ['if __name__ == "__main__":', "    main()", ""]
    future = "from __future__ import annotations"
    return "\n".join([*head, "", future, "", *import_lines(imports), "", *text, *end])


def _linked(title: str, own: str, have: set[str]) -> tuple[list[str], set[Import]]:
    """The lines of a section, which are its own code after the pieces that it needs, and the imports of both. Adds the
    names of the pieces to `have`."""
    tree = ast.parse(own)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if title == _RUN:
        used.add("main")
    places = _places()
    given = set(read(_piece("given")).defined)
    linked = link([(places[name], name) for name in used & places.keys()], given, have)
    imports = {*linked.imports, *(_OUTSIDE[name] for name in used & _OUTSIDE.keys())}
    lines = [f"# {title} {'-' * (_WIDTH - len(title) - 3)}", ""]
    for one in linked.definitions:
        lines += [one.source, ""] if one.is_constant else ["", one.source, ""]
    have |= {one.name for one in linked.definitions}
    if linked.definitions and own:
        lines += [""]
    return [*lines, *([own, "", ""] if own else [])], imports


def _places() -> dict[str, str]:
    """The module of each definition in the pieces."""
    return {name: _piece(piece) for piece in PIECES for name in read(_piece(piece)).defined}


def _piece(name: str) -> str:
    return f"export.script.pieces.{name}"


def _head(run: Repeated) -> Iterator[str]:
    title = f"{run.name} ({run.experiment_id})" if run.name else run.experiment_id
    yield f'"""Repeats the experiment {_plain(title)} without Gradus, and prints its metrics.'
    yield ""
    needs = "Needs Python 3.11 or later, torch and numpy: pip install torch numpy. Then: python run.py [FOLDER], where"
    yield from wrap(f"{needs} FOLDER has the data; by default it is the folder of this file.", _WIDTH)
    yield ""
    yield from _needs(run)
    yield ""
    where = f"on {run.device}" if run.device else "on an unknown device"
    yield from wrap(
        f"The run was made by Gradus {run.version} {_plain(where)}. On such a machine, with that torch, all numbers "
        "are equal; elsewhere the last digits of sums differ, and the differences grow with the length of the run.",
        _WIDTH,
    )
    if run.has_moved:
        yield "Other devices trained it before that one; the last digits of their sums may differ."
    if run.members > 1:
        yield from wrap(
            f"It trained with {run.members - 1} others in one array, whose products may differ in their last digits.",
            _WIDTH,
        )
    yield ""
    yield "Its spec, with every default written out:"
    yield ""
    document = {"name": run.name, **run.resolved.spec.model_dump(mode="json", exclude=set(METADATA_FIELDS))}
    yield from _plain(json.dumps(document, indent=1, ensure_ascii=False), keep_lines=True).splitlines()
    yield '"""'


def _plain(text: str, *, keep_lines: bool = False) -> str:
    """A user's text, escaped for a docstring."""
    text = text if keep_lines else "".join(one for one in " ".join(text.split()) if one.isprintable())
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _needs(run: Repeated) -> Iterator[str]:
    """A description of the data that the file needs. The command has a line of its own, so that it can be copied into a
    shell."""
    dataset = run.resolved.spec.dataset
    if dataset.version is None:
        yield from wrap(f"Data: {built_in.says(DATASETS[dataset.name])}.", _WIDTH)
        return
    yield from wrap(f"Data: {_plain(uploaded.says(dataset))}:", _WIDTH)
    yield f"    {_plain(uploaded.command(dataset))}"


def _constants(run: Repeated) -> str:
    spec, data, plan = run.resolved.spec, run.resolved.data, run.resolved.network
    device = "cuda" if (run.device or "").startswith("cuda") else "cpu"
    cpu = CpuName.parse(run.device or "")
    lines = [
        "FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent",
        *_of_data(run),
        f"SEED = {spec.seed}",
        f'DEVICE = "{device}"',
        *([f"torch.set_num_threads({cpu.threads})"] if cpu else []),
        *(_DETERMINISTIC if device == "cuda" else []),
        f"BATCH = {examples_per_step(spec.batch_size, data.train_examples)}",
        f"EPOCHS = {len(run.rows)}{words.planned(spec, run.rows)}",
        f"LEARNING_RATE = {spec.optimizer.lr!r}",
        f"L1, L2 = {spec.l1!r}, {spec.l2!r}",
        f"CLIP_NORM = {spec.clip_norm!r}",
        f"ROUNDING = {'torch.bfloat16' if spec.precision == 'bfloat16' else None}",
        f'PRODUCTS = "{cpu.products if cpu else ONEDNN_EVERYWHERE}"',
        '"""The library of large products x W, xᵀ dz and dz Wᵀ: o is oneDNN, m is MKL."""',
        f"EVALUATION_ROWS = {evaluation_rows(plan)}",
        f"LOSS_IN_FLOAT64 = {spec.dataset.version is not None}",
        "GROUPS = (",
        *(f"    {group}," for group in words.groups(plan, spec.optimizer)),
        ")",
        '"""Ranges of parameters, as start and end, with their factor of the learning rate and their weight decay."""',
        "ORIGINAL = (",
        *(f"    ({', '.join(_number(getattr(row, name)) for name in METRICS)})," for row in run.rows),
        ")",
        f'"""The metrics of the original run: {", ".join(METRICS)}."""',
    ]
    return "\n".join(lines)


_DETERMINISTIC = (
    "torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False",
    "torch.backends.cudnn.allow_tf32 = False",
)


def _of_data(run: Repeated) -> Iterator[str]:
    dataset = run.resolved.spec.dataset
    if dataset.version is None:
        return built_in.constants(DATASETS[dataset.name])
    return uploaded.constants(run.resolved.data, dataset)


def _number(value: float | None) -> str:
    number = None if value is None else float(value)
    return repr(number) if number is None or abs(number) < float("inf") else f'float("{number}")'


def _load(run: Repeated) -> Iterator[str]:
    dataset, plan = run.resolved.spec.dataset, run.resolved.data
    if dataset.version is None:
        return built_in.load(DATASETS[dataset.name], dataset, plan)
    return uploaded.load(dataset, plan, run.fitted)


def _functions(run: Repeated) -> list[str]:
    plan = run.resolved.network
    dropouts = network.dropouts(plan)
    return [*([*dropouts, ""] if dropouts else []), "", *network.forward(plan)]


def _training(run: Repeated) -> Iterator[str]:
    spec, plan = run.resolved.spec, run.resolved.network
    yield from words.make_loss(resolve_loss(spec.loss, plan.task))
    yield from ("", "")
    yield from words.make_optimizer(spec.optimizer)
    yield from ("", "")
    yield from words.schedule(spec.schedule, spec.epochs)
