"""One picture file: what its header says, and its pixels as bytes."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from reading.request import MB, Limits

Resize = Literal["pad", "crop", "squash"]
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
"""The only formats whose readers are called."""
EXTENSIONS = frozenset({"png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "gif", "tif", "tiff"})
_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)
"""EXIF orientations that exchange width and height."""
_GRAY = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N", "I")
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
_OTHER_COLOURS = ("CMYK", "YCbCr", "LAB", "HSV", "RGBX")


class BrokenPicture(Exception):
    """The picture cannot be decoded; the message says why, in a few words."""


class LargePicture(BrokenPicture):
    """The picture has more pixels than the limit."""


@dataclass(frozen=True)
class Header:
    """What a picture is, before its pixels are decoded."""

    height: int
    """The height after rotation by the EXIF orientation."""
    width: int
    gray: bool


def header(data: bytes, limits: Limits) -> Header:
    """The header of a picture.

    Raises:
        BrokenPicture: it has none, or it is beyond the limits.
    """
    with _opened(data, limits) as image:
        width, height = image.size
        # The method of the base class, because PngImageFile.getexif decodes all pixels.
        if Image.Image.getexif(image).get(_ORIENTATION) in _TURNED:
            width, height = height, width
        return Header(height, width, image.mode in _GRAY or _has_gray_palette(image))


def pixels(data: bytes, shape: tuple[int, int, int], resize: Resize, limits: Limits) -> NDArray[np.uint8]:
    """The picture's first frame as bytes of this shape (height, width, 1 or 3).

    It is turned as its EXIF orientation says; what is transparent shows white; 16 bits are rounded down to 8; colours
    become gray by ITU-R 601. `pad` keeps all of the picture and fills the rest with black, `crop` fills the shape and
    cuts off what is beyond, `squash` changes the proportions.

    Raises:
        BrokenPicture: it cannot be decoded, or it is beyond the limits.
    """
    height, width, channels = shape
    with _opened(data, limits) as image:
        image.load()
        ImageOps.exif_transpose(image, in_place=True)  # no copy: a picture may have 200 MB
        plain = _plain(image, "L" if channels == 1 else "RGB")
        fitted = _fitted(plain, (width, height), resize)
        return np.asarray(fitted, dtype=np.uint8).reshape(shape)


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # oddities in metadata, and Pillow's own bound, which is above ours
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                width, height = image.size
                if width * height > limits.picture_pixels:
                    raise LargePicture(f"{width} × {height} pixels, more than {limits.picture_pixels // MB} megapixels")
                if not width * height:
                    raise BrokenPicture("no pixels")
                yield image
    except UnidentifiedImageError:
        raise BrokenPicture("not a picture in " + ", ".join(FORMATS)) from None
    except MemoryError:
        raise BrokenPicture("needs too much memory") from None
    except Image.DecompressionBombError:
        raise LargePicture(f"more than {limits.picture_pixels // MB} megapixels") from None
    # The errors that Pillow's readers raise on damaged files are not a closed list.
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise BrokenPicture(f"damaged: {error}"[:200]) from None
    except (EOFError, struct.error, ArithmeticError, AssertionError, NotImplementedError, RuntimeError) as error:
        raise BrokenPicture(f"damaged: {error}"[:200]) from None


def _has_gray_palette(image: Image.Image) -> bool:
    if image.mode != "P" or image.palette is None or image.palette.mode != "RGB":
        return False
    colours = np.frombuffer(bytes(image.palette.palette), dtype=np.uint8)
    colours = colours[: len(colours) // 3 * 3].reshape(-1, 3)
    return bool(np.all(colours == colours[:, :1]))


def _plain(image: Image.Image, mode: Literal["L", "RGB"]) -> Image.Image:
    """The picture in 8 bits of gray or of red, green and blue, without transparency."""
    if image.mode == "F":
        raise BrokenPicture("its pixels are floating-point numbers of an unknown range")
    if image.mode in _SIXTEEN_BITS:
        values = np.asarray(image)
        image = Image.fromarray((np.clip(values, 0, 65_535) >> 8).astype(np.uint8))
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode in ("1", "L", "RGB") and "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode in _WITH_ALPHA:
        image = image.convert("RGBA")
        opaque = Image.new("RGB", image.size, "white")
        opaque.paste(image, mask=image.getchannel("A"))
        image = opaque
    if image.mode in _OTHER_COLOURS:
        image = image.convert("RGB")
    return image if image.mode == mode else image.convert(mode)


def _fitted(image: Image.Image, size: tuple[int, int], resize: Resize) -> Image.Image:
    """The picture in this size (width, height); unchanged if it has it."""
    if image.size == size:
        return image
    filter_ = Image.Resampling.BILINEAR  # averages when it shrinks a picture
    if resize == "pad":
        return ImageOps.pad(image, size, filter_, color=0)
    if resize == "crop":
        return ImageOps.fit(image, size, filter_)
    return image.resize(size, filter_)
