"""The colour pictures of the bench of findings."""

import tarfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.insight import pictures


def _archive(folder: Path) -> None:
    """Two test and two training pictures of each class: the i-th class has the grey 20 i, the second one 5 more."""
    with tarfile.open(folder / pictures.ARCHIVE, "w:xz") as archive:
        for part in ("test", "train"):
            for i, name in enumerate(pictures.CLASSES):
                for place in range(2):
                    grey = 255 if part == "test" else 20 * i + 5 * place
                    file = BytesIO()
                    Image.new("RGB", (32, 32), (grey, grey, grey)).save(file, "jpeg", quality=100)
                    member = tarfile.TarInfo(f"{part}/{name}/{place:04}.jpg")
                    member.size = len(file.getvalue())
                    archive.addfile(member, BytesIO(file.getvalue()))


def test_each_class_has_its_first_training_pictures(tmp_path: Path) -> None:
    _archive(tmp_path)
    found = pictures.columns(tmp_path, "y", each=1)
    assert found["y"].tolist() == list(pictures.CLASSES)
    assert found["picture"].shape == (10, 32, 32, 3)
    assert found["picture"].dtype == np.uint8
    assert [int(one.mean()) for one in found["picture"]] == [20 * i for i in range(10)]
