"""The code that makes the batches of an epoch."""

from collections.abc import Iterator
from typing import assert_never

from gradus.spec.augment import (
    AnyAugmentation,
    Augment,
    Brightness,
    Change,
    Crop,
    Cutout,
    Flip,
    Mixup,
    Movement,
    Noise,
    Rotate,
    Shift,
    Zoom,
    interpolates,
    mixes,
)


def batches(words: Augment, image: tuple[int, ...] | None) -> Iterator[str]:
    """The functions that compute a batch's inputs and the gradient of its loss."""
    if words:
        assert image is not None
        yield from _augmentation(words, image)
    inputs = "AUGMENTATION(examples, rows, epoch)" if words else "as_numbers(examples.inputs[rows])"
    yield f"def inputs_of(examples: Split, rows: Tensor, {'epoch' if words else '_'}: int) -> Tensor:"
    yield '    """The inputs of a batch in an epoch."""'
    yield f"    return {inputs}"
    yield from ("", "")
    yield "def gradient_of(loss: Loss, outputs: Tensor, examples: Split, rows: Tensor) -> Tensor:"
    yield '    """The gradient of a batch\'s loss with respect to its outputs."""'
    mixing = words and mixes(words)
    function, first = ("mixed_gradient", "AUGMENTATION, ") if mixing else ("weighted_gradient", "")
    yield f"    return {function}({first}loss, outputs, examples, rows)"


def _augmentation(words: Augment, image: tuple[int, ...]) -> Iterator[str]:
    height, width, *channels = image
    mixup = next((word.alpha for word in words if isinstance(word, Mixup)), None)
    yield "AUGMENTATION = Augmentation("
    yield f"    ({height}, {width}, {channels[0] if channels else 1}),"
    for kinds in (Movement, Change):
        named = [f'"{word.kind}": {_word(word)}' for word in words if isinstance(word, kinds)]
        yield f"    {{{', '.join(named)}}},"
    yield f"    {mixup!r},"
    yield f"    interpolated={interpolates(words)},"
    yield from (")", "", "")


def _word(word: AnyAugmentation) -> str:  # noqa: PLR0911 - one for each kind
    match word:
        case Flip():
            return f'flip("{word.axis}", {word.probability!r})'
        case Crop():
            return f"crop({word.least!r})"
        case Zoom():
            return f"zoom({word.by!r})"
        case Rotate():
            return f"rotate({word.degrees!r})"
        case Shift():
            return f"shift({word.by!r})"
        case Brightness():
            return f"Brightness({word.by!r})"
        case Noise():
            return f"Noise({word.deviation!r})"
        case Cutout():
            return f"Cutout({word.size!r})"
        case Mixup():
            raise AssertionError(word.kind)
        case _:
            assert_never(word)
