"""The answer to the question what augmentation does to training images: a contact sheet."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradus.errors import Conflict
from hub.questions.augmented import AugmentedAnswer
from hub.questions.question import AugmentedQuestion
from models.augment import AugmentedGather, Draws
from models.batch import Buffers, Scale
from worker.answering.data import question_data
from worker.answering.protocol import Ask
from worker.training.data import Split


def augmented(ask: Ask, question: AugmentedQuestion) -> AugmentedAnswer:
    """A contact sheet with a row for each example: the unchanged image, then the image as a run with this seed sees it
    in consecutive epochs.

    Raises:
        DataError: the data set was deleted or is damaged.
    """
    try:
        from preprocessing.pictures import grid  # noqa: PLC0415 (Pillow may not be installed)
    except ImportError as error:
        raise Conflict(
            f"this worker cannot draw pictures: install gradus-ml[data] ({error})", code="no_reader"
        ) from error

    torch.set_num_threads(1)
    dataset = question.dataset.without_augmentation()
    train = question_data(ask, dataset, question.data, question.table).train
    return AugmentedAnswer.of(grid(list(zip(*_columns(question, train), strict=True))))


def _columns(question: AugmentedQuestion, train: Split) -> Iterator[list[NDArray[np.uint8]]]:
    """The unchanged images, then the images of each epoch, bytes (height, width, channels)."""
    words, shape = question.dataset.augment, question.data.image
    assert shape is not None
    rows = torch.tensor(question.examples)
    like = torch.empty(0)
    scale = None if train.largest is None else Scale(train.largest, like)
    plain = train.inputs[rows]
    yield _pixels(plain if scale is None else scale.numbers(plain), shape)
    if not words:
        return
    draws = Draws([question.seed], [words], shape, len(train), like)
    gather = AugmentedGather(draws, 1, len(rows), Buffers(like), scale)
    for epoch in range(question.epoch, question.epoch + question.epochs):
        draws.seek(epoch)
        yield _pixels(gather(train.inputs, rows)[0], shape)


def _pixels(images: Tensor, shape: tuple[int, ...]) -> list[NDArray[np.uint8]]:
    height, width, *channels = shape
    pixels = (images * 255).round().clamp(0, 255).to(torch.uint8).numpy()
    return list(pixels.reshape(-1, height, width, *(channels or [1])))
