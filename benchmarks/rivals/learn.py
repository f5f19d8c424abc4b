"""scikit-learn's MLPClassifier, which has no batch normalization."""

from time import perf_counter

from sklearn.neural_network import MLPClassifier

from benchmarks.rivals.setting import Setting, Turn, made_up


def in_scikit_learn(setting: Setting) -> Turn:
    model = MLPClassifier(
        [layer.units for layer in setting.layers[:-1]],
        solver="adam" if setting.adam else "sgd",
        momentum=0.0,
        alpha=0.0,
        learning_rate_init=setting.experiment.optimizer.lr,
        batch_size=setting.batch,
    )
    inputs, targets = (one.numpy() for one in made_up(setting.examples))

    def turn() -> float:
        began = perf_counter()
        model.partial_fit(inputs, targets, classes=list(range(10)))  # one epoch, in batches
        return perf_counter() - began

    return turn
