"""Keras on its torch backend: `compile` and `fit`."""

import os
from time import perf_counter

from benchmarks.rivals.setting import Setting, Turn, made_up

os.environ["KERAS_BACKEND"] = "torch"  # read when keras is imported

import keras


def in_keras(setting: Setting) -> Turn:
    *hidden, output = setting.layers
    layers = [keras.layers.Input((hidden[0].fan_in if hidden else output.fan_in,))]
    for layer in hidden:
        layers.append(keras.layers.Dense(layer.units))
        if layer.batch_norm:
            layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.ReLU())
    model = keras.Sequential([*layers, keras.layers.Dense(output.units)])
    kind = keras.optimizers.Adam if setting.adam else keras.optimizers.SGD
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(kind(learning_rate=setting.experiment.optimizer.lr), loss)
    inputs, targets = (one.numpy() for one in made_up(setting.examples))

    def turn() -> float:
        began = perf_counter()
        model.fit(inputs, targets, batch_size=setting.batch, epochs=1, verbose=0)
        return perf_counter() - began

    return turn
