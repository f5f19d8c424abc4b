"""Plain PyTorch, with a DataLoader, and with batches by index from tensors in memory."""

from collections.abc import Callable, Iterable
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.rivals.setting import Setting, Turn, made_up

Batches = Iterable[tuple[Tensor, Tensor]]


def network(setting: Setting) -> nn.Sequential:
    """Linear layers with ReLU, and with batch normalization before it if the spec has it."""
    modules: list[nn.Module] = []
    *hidden, output = setting.layers
    for layer in hidden:
        modules.append(nn.Linear(layer.fan_in, layer.units))
        if layer.batch_norm:
            modules.append(nn.BatchNorm1d(layer.units))
        modules.append(nn.ReLU())
    return nn.Sequential(*modules, nn.Linear(output.fan_in, output.units))


def optimizer(setting: Setting, model: nn.Module) -> torch.optim.Optimizer:
    kind = torch.optim.Adam if setting.adam else torch.optim.SGD
    return kind(model.parameters(), lr=setting.experiment.optimizer.lr)


def loader(setting: Setting) -> DataLoader[tuple[Tensor, ...]]:
    return DataLoader(TensorDataset(*made_up(setting.examples)), batch_size=setting.batch, shuffle=True)


def with_loader(setting: Setting) -> Turn:
    batches = loader(setting)
    return _turn(setting, lambda: batches)


def resident(setting: Setting) -> Turn:
    inputs, targets = made_up(setting.examples)

    def batches() -> Batches:
        for rows in torch.split(torch.randperm(len(inputs)), setting.batch):
            yield inputs[rows], targets[rows]

    return _turn(setting, batches)


def _turn(setting: Setting, batches: Callable[[], Batches]) -> Turn:
    model, loss = network(setting), nn.CrossEntropyLoss()
    steps = optimizer(setting, model)

    def turn() -> float:
        began = perf_counter()
        for inputs, targets in batches():
            steps.zero_grad()
            loss(model(inputs), targets).backward()
            steps.step()
        return perf_counter() - began

    return turn
