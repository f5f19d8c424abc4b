"""Patches that give a run more steps."""

from gradus.spec.experiment import MAX_EPOCHS
from gradus.wire.finding import Patch
from insight.run import Run

FEW_STEPS = 10
"""Steps per epoch below which smaller batches are the first cure."""
LEAST_BATCH = 8


def longer(run: Run) -> list[Patch]:
    """Three times the epochs; smaller batches first if an epoch has few steps."""
    spec, examples = run.spec, run.data.train_examples
    epochs = min(3 * spec.epochs, MAX_EPOCHS)
    why = f"{epochs} epochs take {epochs * run.steps_per_epoch} steps."
    more = [Patch(patch={"epochs": epochs}, why=why)] if epochs > spec.epochs else []
    batch = max(LEAST_BATCH, examples // 32)
    current = examples if spec.batch_size == "full" else spec.batch_size
    if run.steps_per_epoch >= FEW_STEPS or batch >= current:
        return more
    batch = min(batch, 64)
    steps = spec.epochs * -(-examples // batch)
    return [
        Patch(patch={"batch_size": batch}, why=f"Batches of {batch} give {steps} steps in the same epochs."),
        *more,
    ]
