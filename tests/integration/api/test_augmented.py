"""`POST /v1/datasets/{id}/augmented`; this process acts as the worker."""

import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hub.hub import Hub
from tests.integration.api.service import on_sqlite
from tests.integration.predictions.answering import answer_all

pytestmark = on_sqlite
PATH = "/v1/datasets/digits/augmented"
NOW = {"Prefer": "wait=0"}


def _pixels(answer: httpx.Response) -> NDArray[np.uint8]:
    """The contact sheet as separate pictures, (rows, columns, 8, 8). Between two pictures is a gap of two pixels."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/png"
    grey = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))
    rows, columns = (grey.shape[0] + 2) // 10, (grey.shape[1] + 2) // 10
    return np.array([[grey[10 * y : 10 * y + 8, 10 * x : 10 * x + 8] for x in range(columns)] for y in range(rows)])


def _sheet(client: httpx.Client, hub: Hub, folder: Path, **body: Any) -> NDArray[np.uint8]:
    asked = client.post(PATH, json=body, headers=NOW)
    assert asked.status_code == 202
    assert answer_all(hub, folder) == 1
    found = client.post(PATH, json=body, headers=NOW)
    assert client.get(asked.headers["Location"]).content == found.content
    elsewhere = asked.headers["Location"].replace("/digits/", "/wine/")
    assert client.get(elsewhere).status_code == 404, "it is none of another data set"
    return _pixels(found)


def test_a_sheet_shows_each_example_as_it_is_and_in_each_epoch(client: httpx.Client, hub: Hub, tmp_path: Path) -> None:
    words = [{"kind": "shift", "by": 0.25}, {"kind": "flip", "probability": 1.0}]
    sheet = _sheet(client, hub, tmp_path, augment=words, seed=3, epoch=2, epochs=3, examples=[5, 0])
    assert sheet.shape == (2, 4, 8, 8)
    plain = _sheet(client, hub, tmp_path, augment=[], examples=6)
    assert np.array_equal(sheet[:, 0], plain[[5, 0], 0])
    assert plain.shape[:2] == (6, 1)
    for original, *changed in sheet:
        for one in changed:  # whole pixels, mirrored: none is new
            assert set(one.ravel()) <= {0, *original.ravel()}
            assert not np.array_equal(one, original)
    later = _sheet(client, hub, tmp_path, augment=words, seed=3, epoch=4, epochs=1, examples=[5])
    assert np.array_equal(later[0, 1], sheet[0, 3])


@pytest.mark.parametrize(
    ("path", "body", "status", "place"),
    [
        ("/v1/datasets/wine/augmented", {"augment": ["flip"]}, 422, "augment"),
        ("/v1/datasets/wine/augmented", {"augment": []}, 422, "augment"),
        ("/v1/datasets/none/augmented", {"augment": ["flip"]}, 404, None),
        (PATH, {"augment": ["rotat"]}, 422, "augment/0"),
        (PATH, {}, 422, "augment"),
        (PATH, {"augment": ["flip"], "examples": [3, 10_000]}, 422, "examples/1"),
        (PATH, {"augment": ["flip"], "version": 2}, 422, "version"),
        (f"{PATH}/aug_{'0' * 26}", None, 404, None),
    ],
)
def test_what_cannot_be_shown_is_refused(
    client: httpx.Client, path: str, body: dict[str, Any] | None, status: int, place: str | None
) -> None:
    answer = client.get(path) if body is None else client.post(path, json=body, headers=NOW)
    assert answer.status_code == status
    if place is not None:
        assert [one["path"] for one in answer.json()["errors"]] == [place]
    assert answer.headers["Content-Type"].startswith("application/problem+json")
