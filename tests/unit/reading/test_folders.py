"""Labels and splits that follow from the folders of an archive."""

import pytest

from reading.images.folders import Place, places


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["cat/1.png", "dog/2.png"], [(None, "cat"), (None, "dog")]),
        (["x/y/cat/1.png", "x/y/dog/2.png"], [(None, "cat"), (None, "dog")]),
        (["train/cat/1.png", "test/cat/2.png"], [("train", "cat"), ("test", "cat")]),
        (["p/Train/cat/1.png", "p/val/dog/2.png"], [("train", "cat"), ("validation", "dog")]),
        (["p/train/images/cat/1.png", "p/test/images/dog/2.png"], [("train", "cat"), ("test", "dog")]),
        (["train/cat/1.png", "train/dog/2.png"], [("train", "cat"), ("train", "dog")]),
        (["train/cat/1.png", "train/cat/2.png"], [("train", "cat"), ("train", "cat")]),
        (["train/cat/1.png", "test/2.png"], [("train", "cat"), ("test", None)]),
        (["train/1.png", "test/2.png"], [("train", None), ("test", None)]),
        (["cat/1.png", "cat/2.png"], [(None, "cat"), (None, "cat")]),
        (["1.png", "2.png"], [(None, None), (None, None)]),
        (["1.png", "cat/2.png"], [(None, None), (None, "cat")]),
        (["cat/a/1.png", "dog/b/2.png"], [(None, "cat"), (None, "dog")]),
        (["test/1.png", "truck/2.png"], [(None, "test"), (None, "truck")]),
    ],
)
def test_folders_are_labels_and_parts(names: list[str], wanted: list[tuple[str | None, str | None]]) -> None:
    found = places(dict(enumerate(names)))
    assert [found[i] for i in range(len(names))] == [Place(part, label) for part, label in wanted]  # type: ignore[arg-type]
