"""For names from other libraries, the error message gives the name to use here."""

from typing import Any

import pytest
from pydantic import ValidationError

from gradus.spec.experiment import Spec
from gradus.sweep.request import SweepRequest
from gradus.wire.habits import IMPLIED, OURS
from gradus.wire.mistakes import mistakes

SPEC: dict[str, Any] = {"dataset": "mnist", "layers": [3]}
LAYER = {"kind": "dense", "units": 3}
ADAM = {"kind": "adam"}


def told(document: Any, model: type[Spec] | type[SweepRequest] = Spec) -> dict[str, str]:
    with pytest.raises(ValidationError) as refusal:
        model.model_validate(document)
    return {one.path: one.message for one in mistakes(refusal.value, model)}


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("learning_rate", "did you mean 'lr', inside 'optimizer'?"),
        ("learning_rate_init", "did you mean 'lr', inside 'optimizer'?"),  # scikit-learn
        ("learningRate", "did you mean 'lr', inside 'optimizer'?"),
        ("lr", "it belongs inside 'optimizer'"),
        ("hidden_layer_sizes", "did you mean 'layers'?"),
        ("hidden_size", "did you mean 'layers'?"),
        ("max_iter", "did you mean 'epochs'?"),
        ("num_epochs", "did you mean 'epochs'?"),
        ("num_train_epochs", "did you mean 'epochs'?"),  # Hugging Face
        ("batch", "did you mean 'batch_size'?"),
        ("per_device_train_batch_size", "did you mean 'batch_size'?"),
        ("optim", "did you mean 'optimizer'?"),
        ("solver", "did you mean 'optimizer'?"),
        ("criterion", "did you mean 'loss'?"),  # PyTorch
        ("loss_fn", "did you mean 'loss'?"),
        ("smoothing", "did you mean 'label_smoothing', inside 'loss'?"),
        ("metrics", "it is implied"),  # Keras
        ("momentum", "it belongs inside 'batch_norm' or 'optimizer'"),
        ("weight_decay", "it belongs inside 'optimizer'"),
        ("alpha", "did you mean 'l2'?"),
        ("kernel_regularizer", "did you mean 'l2'?"),
        ("kernel_initializer", "did you mean 'init'?"),
        ("filters", "did you mean 'channels', inside 'layers'?"),
        ("lstm", "there is no recurrence and no attention"),
        ("num_classes", "it is implied by the data set"),
        ("validation_split", "did you mean 'validation_size', inside 'dataset'?"),
        ("random_state", "did you mean 'seed'?"),
        ("shuffle", "it is implied"),
        ("max_grad_norm", "did you mean 'clip_norm'?"),
        ("lr_scheduler_type", "did you mean 'schedule'?"),
        ("warmup_steps", "did you mean 'warmup', inside 'schedule'?"),
        ("nesterovs_momentum", "did you mean 'nesterov', inside 'optimizer'?"),
        ("n_iter_no_change", "did you mean 'early_stopping'?"),
        ("bf16", "did you mean 'precision'?"),
        ("neurons", "did you mean 'units', inside 'layers'?"),
        ("verbose", "it is implied"),
    ],
)
def test_a_key_of_another_library_is_told_what_it_is_here(key: str, hint: str) -> None:
    assert told({**SPEC, key: 1})[key].startswith(f"unknown key '{key}': {hint}")


def test_every_key_of_the_tables_gets_a_hint() -> None:
    without = {"class_name", "type"}  # an object's kind, where there are objects
    for key in {*OURS, *IMPLIED} - {one.replace("_", "") for one in without}:
        assert ": " in told({**SPEC, key: 1})[key], key


@pytest.mark.parametrize(
    ("change", "path", "hint"),
    [
        ({"optimizer": {**ADAM, "learning_rate": 1}}, "optimizer/learning_rate", "did you mean 'lr'?"),
        ({"optimizer": {**ADAM, "beta_1": 0.9}}, "optimizer/beta_1", "did you mean 'beta1'?"),
        ({"optimizer": {**ADAM, "epsilon": 1e-8}}, "optimizer/epsilon", "did you mean 'eps'?"),
        ({"layers": [{**LAYER, "use_bias": True}]}, "layers/0/use_bias", "did you mean 'bias'?"),
        ({"layers": [{"kind": "conv", "filters": 3}]}, "layers/0/filters", "did you mean 'channels'?"),
        ({"layers": [{"kind": "conv", "kernel_size": 3}]}, "layers/0/kernel_size", "did you mean 'kernel'?"),
        ({"layers": [{"kind": "max_pool", "strides": 3}]}, "layers/0/strides", "did you mean 'stride'?"),
        ({"layers": [{"kind": "Conv2D"}]}, "layers/0", "did you mean 'conv'?"),
        ({"layers": ["maxpool"]}, "layers/0", "did you mean 'max_pool'?"),
        ({"layers": [{"kind": "dense", "out_features": 3}]}, "layers/0/out_features", "did you mean 'units'?"),
        ({"dataset": {"name": "mnist", "val_split": 0.1}}, "dataset/val_split", "did you mean 'validation_size'?"),
        ({"activation": "softmax"}, "activation", "the output layer applies softmax by itself"),
        ({"layers": [{**LAYER, "activation": "softmax"}]}, "layers/0/activation", "applies softmax by itself"),
        ({"activation": "linear"}, "activation", "did you mean 'identity'?"),
        ({"activation": "logistic"}, "activation", "did you mean 'sigmoid'?"),
        ({"activation": "swish"}, "activation", "did you mean 'silu'?"),
        ({"activation": "LeakyReLU"}, "activation", "did you mean 'leaky_relu'?"),
        ({"optimizer": "gradient_descent"}, "optimizer", "did you mean 'sgd'?"),
        ({"optimizer": "nesterov"}, "optimizer", "did you mean 'momentum'?"),
        ({"optimizer": "adamw_torch"}, "optimizer", "did you mean 'adamw'?"),
        ({"init": "glorot_uniform"}, "init", "did you mean 'xavier'?"),
        ({"init": "kaiming_normal"}, "init", "did you mean 'he'?"),
        ({"schedule": "CosineAnnealingLR"}, "schedule", "did you mean 'cosine'?"),
    ],
)
def test_a_habit_inside_an_object_or_in_a_value_is_told_too(change: dict[str, Any], path: str, hint: str) -> None:
    assert hint in told({**SPEC, **change})[path]


def test_a_sweep_tells_where_in_its_base_the_key_belongs() -> None:
    request = {"base": SPEC, "grid": {"epochs": [1, 2]}, "learning_rate": 0.1}
    assert told(request, SweepRequest)["learning_rate"].endswith("did you mean 'lr', inside 'base/optimizer'?")
