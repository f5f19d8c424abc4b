"""Contact sheets of uploaded pictures with augmentation."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from hub.questions.question import AugmentedQuestion
from tests.tables import store
from tests.unit.worker.answers import ask
from tests.uploaded import put, uploaded
from worker.answering.augmented import augmented

PICTURES = np.random.default_rng(0).integers(0, 256, (40, 6, 5, 3), dtype=np.uint8)


def test_uploaded_pictures_are_shown_as_they_are_and_changed(tmp_path: Path) -> None:
    table = store(tmp_path / "table", {"picture": PICTURES, "y": ["a", "b"] * 20})
    mirrored = [{"kind": "flip", "axis": "both", "probability": 1.0}]
    one, ref = uploaded(table, ("a", "b"), augment=mirrored, split="random"), put(table, tmp_path / "store")
    plan = one.plan.model_copy(update={"input_shape": (6, 5, 3)})
    question = AugmentedQuestion(dataset=one.dataset, data=plan, table=ref, seed=0, epoch=1, epochs=1, examples=(0, 7))
    sheet = np.asarray(Image.open(io.BytesIO(augmented(ask(tmp_path, question), question).file)))
    assert sheet.shape == (2 * 6 + 2, 2 * 5 + 2, 3)
    first, changed = sheet[:6, :5], sheet[:6, 7:]
    assert any(np.array_equal(first, picture) for picture in PICTURES)
    assert np.array_equal(changed, first[::-1, ::-1])
