"""Processor time of a training step of convolutional networks, one thread, with Adam: Gradus with one network and with
an array of eight, PyTorch as a user writes it, and PyTorch at its best; synthetic images in MNIST's shape. `--bodies`
compares ways to compute eight members' convolutions.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.report import Sample, header, table
from gradus.spec.experiment import Spec
from tests.built_in import resolved
from worker.trainer.kept_memory import keep_freed_memory
from worker.training.engine import Engine

EXAMPLES = 2048
Step = Callable[[], object]

NETWORKS: dict[str, tuple[tuple[int, ...], int, bool]] = {
    "32-64, batch 128": ((32, 64), 128, False),
    "32-64, batch 128, batch norm": ((32, 64), 128, True),
    "8-16, batch 64": ((8, 16), 64, False),
}
"""Channels of 3 × 3 convolutions without padding, each followed by a pooling of 2 × 2; batch size; batch norm."""


def _time(step: Step, turns: int) -> Sample:
    """Milliseconds of the thread's processor time."""
    for _ in range(3):
        step()
    times = []
    for _ in range(turns):
        began = time.thread_time()
        step()
        times.append(1e3 * (time.thread_time() - began))
    return Sample(tuple(times))


def _gradus(channels: tuple[int, ...], batch: int, members: int, *, batch_norm: bool) -> Step:
    layers: list[Any] = []
    for one in channels:
        layers += [{"kind": "conv", "channels": one, "padding": 0}, "max_pool"]
    common = {"dataset": "mnist", "layers": layers, "batch_size": batch, "batch_norm": batch_norm}
    specs = [Spec(**common, seed=seed) for seed in range(members)]
    engine = Engine(specs, resolved(specs[0]).data, EXAMPLES, torch.device("cpu"), torch.float32, largest=255.0)
    examples = torch.randint(0, 255, (EXAMPLES, 784), dtype=torch.uint8)
    rows, targets = torch.randint(0, EXAMPLES, (members * batch,)), torch.randint(0, 10, (members, batch))
    rate, norm = torch.full((members, 1), 1e-3), torch.empty(members)

    def step() -> None:
        with torch.inference_mode():
            engine.step(examples, (rows, targets, None), rate, norm)

    return step


def _torch(channels: tuple[int, ...], batch: int, how: str, *, batch_norm: bool) -> Step:
    modules: list[nn.Module] = []
    before = 1
    for one in channels:
        norm = [nn.BatchNorm2d(one)] if batch_norm else []
        modules += [nn.Conv2d(before, one, 3), *norm, nn.ReLU(), nn.MaxPool2d(2)]
        before = one
    model = nn.Sequential(*modules, nn.Flatten(), nn.Linear(25 * before, 10))
    best = how == "best"
    layout = torch.channels_last if best else torch.contiguous_format
    model.to(memory_format=layout)  # type: ignore[call-overload]  # missing in torch's stubs
    adam, loss = torch.optim.Adam(model.parameters(), 1e-3, fused=best), nn.CrossEntropyLoss()
    images = torch.rand(EXAMPLES, 1, 28, 28).contiguous(memory_format=layout)
    classes = torch.randint(0, 10, (EXAMPLES,))
    batches = _loaded(images, classes, batch) if how == "loader" else _indexed(images, classes, batch)

    def step() -> None:
        inputs, targets = next(batches)
        adam.zero_grad()
        loss(model(inputs), targets).backward()
        adam.step()

    return step


def _loaded(images: Tensor, classes: Tensor, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield from DataLoader(TensorDataset(images, classes), batch_size=batch, shuffle=True, drop_last=True)


def _indexed(images: Tensor, classes: Tensor, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        for rows in torch.randperm(EXAMPLES).split(batch):  # type: ignore[no-untyped-call]
            yield images[rows], classes[rows]


def _bodies(members: int, batch: int, c: int, channels: int, pixels: int) -> Iterator[tuple[str, Step]]:
    """Forward and backward pass of the convolutions of all members, 3 × 3 with padding 1."""
    x = torch.randn(members, batch, pixels, pixels, c)
    w = torch.randn(members, channels, 3, 3, c)
    dy = torch.randn(members, batch, pixels, pixels, channels)
    how = ([1, 1], [1, 1], [1, 1], False, [0, 0])

    def passes(x: Tensor, w: Tensor, dy: Tensor, groups: int) -> None:
        torch.convolution(x, w, None, *how, groups)
        torch.ops.aten.convolution_backward(dy, x, w, None, *how, groups, [True, True, False])

    def one_by_one() -> None:
        for k in range(members):
            passes(x[k].permute(0, 3, 1, 2), w[k].permute(0, 3, 1, 2), dy[k].permute(0, 3, 1, 2), 1)

    def grouped() -> None:
        beside = (t.permute(1, 0, 4, 2, 3).flatten(1, 2) for t in (x, dy))
        xs, dys = (t.contiguous(memory_format=torch.channels_last) for t in beside)
        passes(xs, w.flatten(0, 1).permute(0, 3, 1, 2), dys, members)

    padded = torch.zeros(members, batch, pixels + 2, pixels + 2, c)
    columns = torch.empty(members, batch * pixels**2, 9 * c)
    matrix = w.permute(0, 2, 3, 4, 1).reshape(members, 9 * c, channels)

    def columns_and_products() -> None:
        padded[:, :, 1:-1, 1:-1] = x
        windows = padded.unfold(2, 3, 1).unfold(3, 3, 1).permute(0, 1, 2, 3, 5, 6, 4)
        columns.view(windows.shape).copy_(windows)
        flat = dy.view(members, -1, channels)
        torch.bmm(columns, matrix)
        torch.bmm(columns.mT, flat)
        gradient = torch.bmm(flat, matrix.mT).view(windows.shape)
        for i in range(3):
            for j in range(3):
                padded[:, :, i : i + pixels, j : j + pixels] += gradient[..., i, j, :]

    def outputs(w: Tensor, x: Tensor, dy: Tensor) -> Tensor:
        return (torch.conv2d(x.permute(0, 3, 1, 2), w.permute(0, 3, 1, 2), padding=1).permute(0, 2, 3, 1) * dy).sum()

    def vmapped() -> None:
        torch.func.vmap(torch.func.grad(outputs, (0, 1)))(w, x, dy)

    yield "one member after the other, `convolution_backward`", one_by_one
    yield "groups of one convolution", grouped
    yield "columns and batched products", columns_and_products
    yield "`vmap(grad)`", vmapped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--bodies", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    print(header("Convolutions", ["torch"], ["milliseconds of processor time, one thread; median (least – most)"]))
    if options.bodies:
        for shape in ((8, 64, 8, 16, 14), (8, 128, 32, 64, 14)):
            print("**{} members, batch {}, {} to {} channels, {} pixels**\n".format(*shape))
            rows = [[name, _time(step, options.turns).in_words(1)] for name, step in _bodies(*shape)]
            print(table(("how", "a step of all"), rows), flush=True)
        return
    for name, (channels, batch, norm) in NETWORKS.items():
        print(f"**{name}**\n")
        print(
            table(("", "a step", "times as fast as PyTorch"), _rows(channels, batch, options.turns, norm)), flush=True
        )


def _rows(channels: tuple[int, ...], batch: int, turns: int, batch_norm: bool) -> Iterator[list[object]]:
    loader = _time(_torch(channels, batch, "loader", batch_norm=batch_norm), turns)
    best = _time(_torch(channels, batch, "best", batch_norm=batch_norm), turns)
    alone = _time(_gradus(channels, batch, 1, batch_norm=batch_norm), turns)
    array = _time(_gradus(channels, batch, 8, batch_norm=batch_norm), turns)
    member = Sample(tuple(value / 8 for value in array.values))
    rows = {
        "PyTorch, DataLoader": loader,
        "PyTorch, resident, channels last, fused Adam": best,
        "Gradus, one run": alone,
        "Gradus, a member of an array of 8": member,
    }
    for name, sample in rows.items():
        yield [name, sample.in_words(1), f"{loader.median / sample.median:.2f}"]


if __name__ == "__main__":
    main()
