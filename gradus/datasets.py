"""The built-in data sets, for the service and its workers: sizes, shapes, classes and files. Specs, the client and the
command line do not depend on them."""

from dataclasses import replace

from gradus.built_in_facts import BuiltInFacts, IdxFile
from gradus.spec.loss import Task

_WINE = (
    *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"),
    *("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline"),
)
_NUCLEUS = (
    *("radius", "texture", "perimeter", "area", "smoothness"),
    *("compactness", "concavity", "concave points", "symmetry", "fractal dimension"),
)
_NUCLEI = tuple(form.format(name) for form in ("mean {}", "{} error", "worst {}") for name in _NUCLEUS)
_DIABETES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
_DIGITS = tuple(str(digit) for digit in range(10))
_CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def _images(
    name: str, title: str, classes: tuple[str, ...], files: tuple[IdxFile, ...], mirrors: tuple[str, ...]
) -> BuiltInFacts:
    return BuiltInFacts(
        name, title, "classification", (28, 28), classes, 60_000, 10_000, 5_000, "idx", ("image",), files, mirrors
    )


def _table(
    name: str, title: str, inputs: int, classes: tuple[str, ...], examples: int, columns: tuple[str, ...]
) -> BuiltInFacts:
    task: Task = "classification" if classes else "regression"
    test = examples // 5
    train = examples - test
    return BuiltInFacts(name, title, task, (inputs,), classes, train, test, train // 10, "sklearn", columns)


DATASETS: dict[str, BuiltInFacts] = {
    facts.name: facts
    for facts in (
        _images(
            "mnist",
            "MNIST handwritten digits",
            _DIGITS,
            (
                IdxFile(
                    "train-images-idx3-ubyte.gz",
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                    "unpacked",
                ),
                IdxFile(
                    "train-labels-idx1-ubyte.gz",
                    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                    "unpacked",
                ),
                IdxFile(
                    "t10k-images-idx3-ubyte.gz",
                    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                    "unpacked",
                ),
                IdxFile(
                    "t10k-labels-idx1-ubyte.gz",
                    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                    "unpacked",
                ),
            ),
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
        ),
        _images(
            "fashion_mnist",
            "Fashion-MNIST articles of clothing",
            _CLOTHES,
            (
                IdxFile(
                    "train-images-idx3-ubyte.gz",
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    "packed",
                ),
                IdxFile(
                    "train-labels-idx1-ubyte.gz",
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    "packed",
                ),
                IdxFile(
                    "t10k-images-idx3-ubyte.gz",
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    "packed",
                ),
                IdxFile(
                    "t10k-labels-idx1-ubyte.gz",
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                    "packed",
                ),
            ),
            (
                "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            ),
        ),
        replace(_table("digits", "UCI handwritten digits, 8 x 8", 64, _DIGITS, 1797, ("pixels",)), image_shape=(8, 8)),
        _table("wine", "UCI wine recognition", 13, ("class_0", "class_1", "class_2"), 178, _WINE),
        _table("breast_cancer", "Breast cancer Wisconsin (diagnostic)", 30, ("malignant", "benign"), 569, _NUCLEI),
        _table("diabetes", "Diabetes progression after one year", 10, (), 442, _DIABETES),
    )
}
"""Every built-in data set, by name."""
