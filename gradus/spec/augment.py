"""Augmentation: random changes of the training images, different in every epoch. Validation and test images stay as
they are.

An image is height × width numbers between 0 and 1 for each channel; all channels are changed alike. The changes are
applied in a fixed order, however they are listed: `flip`, `crop`, `scale`, `rotate` and `shift`, which move pixels;
then `brightness`, `noise` and `cutout`, which change them; then `mixup`. Pixels that move in from outside of an image
are 0, black.

`flip` and `shift` alone move whole pixels, which keep their values. With `crop`, `scale` or `rotate`, all movements
together are one map of pixel centres, and each pixel is interpolated linearly between the four around its source.

Every draw is a function of the run's seed, the kind of change, the epoch and the example. So order, batch size and the
other members of an array do not affect the draws, and two runs with the same seed see the same changes, even if one of
them has an additional kind. Training metrics are those of the changed images.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, assert_never

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError, PydanticKnownError

from gradus.spec.spec_model import SpecModel, kind_of, named, spec_models_in, tagged

NOISE_NUMBERS = 2**20
"""Length of the list of normally distributed numbers. Each image's noise is a window of this list."""

Share = Annotated[float, Field(ge=0, le=1)]


class Flip(SpecModel):
    """Mirrors the image: x → width - 1 - x, with `probability`."""

    kind: Literal["flip"] = "flip"
    axis: Literal["horizontal", "vertical", "both"] = "horizontal"
    """horizontal: swaps left and right. vertical: swaps top and bottom. both: each of the two is drawn
    independently."""
    probability: Share = 0.5
    """Probability that an image is mirrored."""


class Crop(SpecModel):
    """Enlarges a part of the image to its whole size. The part has the image's proportions, and its pixel centres have
    s times the distances, where s is uniform in [least, 1]; its place is uniform within the image.

    As `torchvision.transforms.RandomResizedCrop`, but with a fixed proportion, and s drawn instead of s².
    """

    kind: Literal["crop"] = "crop"
    least: float = Field(default=0.8, gt=0, le=1)
    """Smallest edge of the part, as a share of the image's."""


class Zoom(SpecModel, title="Scale"):
    """Enlarges or shrinks the image about its centre by a factor f; ln f is uniform in ± ln(1 + by)."""

    kind: Literal["scale"] = "scale"
    by: float = Field(default=0.1, ge=0, le=4)
    """The largest factor minus 1; the smallest is 1 / (1 + by)."""


class Rotate(SpecModel):
    """Turns the image about its centre, counterclockwise, by an angle that is uniform in ± degrees."""

    kind: Literal["rotate"] = "rotate"
    degrees: float = Field(default=10.0, ge=0, le=180)
    """Largest angle, in degrees."""


class Shift(SpecModel):
    """Shifts the image by whole pixels, to the right and down, each uniform among the integers within ± by · size,
    where the limit is rounded to the nearest, and size is the width or the height."""

    kind: Literal["shift"] = "shift"
    by: Share = 0.1
    """Largest shift, as a share of the image's width and height."""


class Brightness(SpecModel):
    """f x, cut to [0, 1], with f uniform in [1 - by, 1 + by]. `torchvision.transforms.ColorJitter`."""

    kind: Literal["brightness"] = "brightness"
    by: Share = 0.2
    """Largest change of the factor."""


class Noise(SpecModel):
    """x + e, cut to [0, 1], with e of the normal distribution N(0, deviation²) for each number.

    The numbers e of an image are a window, at a drawn place, of one fixed list of 2²⁰ standard normal numbers.
    """

    kind: Literal["noise"] = "noise"
    deviation: Share = 0.05
    """Standard deviation of the noise."""


class Cutout(SpecModel):
    """Makes a rectangle black, whose centre is uniform among all pixels, so that a part of it may lie outside.

    Source: DeVries & Taylor, Improved regularization of convolutional neural networks with cutout, 2017.
    """

    kind: Literal["cutout"] = "cutout"
    size: Share = 0.3
    """Edges of the rectangle, as a share of the image's width and height, rounded to whole pixels."""


class Mixup(SpecModel):
    """λ x + (1 - λ) x', with another training example x', as the other kinds of changes have made it in this epoch. The
    loss is λ L(ŷ, y) + (1 - λ) L(ŷ, y').

    λ is the larger part of a draw of Beta(alpha, alpha), drawn for each example, so that an example keeps more of
    itself than of the other; reported metrics are those of its own target y. With weights of examples or classes, each
    of the two losses has the weight of its own example. This holds for every loss: the gradient of cross-entropy and
    of the binary cross-entropy of several labels is that of the mixed targets λ y + (1 - λ) y'.
    Source: Zhang et al., mixup: beyond empirical risk minimization, 2018.
    """

    kind: Literal["mixup"] = "mixup"
    alpha: float = Field(default=0.2, ge=0.01, le=100)
    """Parameter of the distribution: near 0, images stay almost as they are; at 1, λ is uniform before the larger part
    is taken."""


Movement = Flip | Crop | Zoom | Rotate | Shift
"""Changes that move pixels."""
Change = Brightness | Noise | Cutout
"""Changes of pixel values."""
AnyAugmentation = Movement | Change | Mixup

Augmentation = Annotated[
    Annotated[AnyAugmentation, tagged()],
    named("flip", "crop", "scale", "rotate", "shift", "brightness", "noise", "cutout", "mixup"),
]

_ORDER = tuple(map(kind_of, spec_models_in(Augmentation)))


def _listed(words: Any) -> Any:
    """A single change becomes a list. Too many changes are refused before they are validated: each could add an
    error."""
    if isinstance(words, str | dict | SpecModel):
        return [words]
    if isinstance(words, list | tuple) and len(words) > len(_ORDER):
        facts = {"field_type": "Tuple", "max_length": len(_ORDER), "actual_length": len(words)}
        raise PydanticKnownError("too_long", facts)
    return words


def _in_order(words: Sequence[AnyAugmentation]) -> tuple[AnyAugmentation, ...]:
    kinds = [word.kind for word in words]
    for place, kind in enumerate(kinds):
        if kind in kinds[:place]:
            message = "'{kind}' is listed twice: each kind can be there once"
            raise PydanticCustomError("listed_twice", message, {"kind": kind, "place": str(place)})
    return tuple(sorted(words, key=lambda word: _ORDER.index(word.kind)))


_List = Annotated[tuple[Augmentation, ...], Field(max_length=len(_ORDER))]

Augment = Annotated[
    tuple[Augmentation, ...],
    Field(strict=False, max_length=len(_ORDER)),
    BeforeValidator(_listed, json_schema_input_type=Augmentation | _List),
    AfterValidator(_in_order),
]
"""The changes, each kind at most once; stored in the order in which they are applied."""


def interpolates(words: Augment) -> bool:
    """Whether pixels are interpolated; else they are moved as a whole, if at all."""
    return any(isinstance(word, Crop | Zoom | Rotate) for word in words)


def mixes(words: Augment) -> bool:
    """Whether examples are mixed with others."""
    return any(isinstance(word, Mixup) for word in words)


def drawn_numbers(words: Augment) -> int:
    """Numbers that are drawn for an example in an epoch and kept as float32; the index of `mixup`'s other example, an
    int64, is not counted."""
    moved = any(isinstance(word, Movement) for word in words)
    return (6 if interpolates(words) else 4) * moved + sum(map(_own_numbers, words))


def _own_numbers(word: AnyAugmentation) -> int:
    match word:
        case Flip() | Crop() | Zoom() | Rotate() | Shift():
            return 0  # all movements have one map
        case Brightness() | Mixup():
            return 1
        case Noise():
            return 2
        case Cutout():
            return 4
        case _:
            assert_never(word)


def same_kinds(words: Augment) -> Augment:
    """The changes with their default parameters: equal for the members of an array, which may differ in the
    parameters."""
    return tuple(type(word)() for word in words)
