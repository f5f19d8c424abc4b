"""Gradus, trained as in the worker, with one network or an array."""

from time import perf_counter

import torch

from benchmarks.rivals.setting import Setting, Turn, made_up
from models.product_library import fastest_products
from tests.built_in import resolved
from worker.training.data import Data, Split
from worker.training.report import Pulse
from worker.training.train import train

ENDLESS = 10_000


def in_gradus(setting: Setting) -> Turn:
    """Gradus with K networks. A turn ends with the first chunk after 1/K of an epoch, so it takes about as long as for
    one network."""
    inputs, targets = made_up(setting.examples)
    few = Split(inputs[:10], targets[:10])  # evaluation is not measured
    data = Data(Split(inputs, targets), few, few, resolved(setting.experiment).data)
    base = setting.experiment
    members = [base.model_copy(update={"seed": seed, "epochs": ENDLESS}) for seed in range(setting.members)]
    reports = train(members, data, torch.device("cpu"), products=fastest_products())
    per_epoch = -(-setting.examples // setting.batch)
    wanted = -(-per_epoch // setting.members)
    done = 0

    def turn() -> float:
        nonlocal done
        first, began = done, perf_counter()
        while done - first < wanted:
            report = next(reports)
            assert isinstance(report, Pulse) or None not in report.members, "the reference runs do not end"
            done = report.step
        return (perf_counter() - began) * per_epoch / (done - first) / setting.members

    return turn
