"""Encoding of dates and times."""

from typing import Annotated, Literal

from gradus.spec.spec_model import SpecModel, named, tagged


class Calendar(SpecModel):
    """Days since the first training row's date, scaled as `numbers` says; sine and cosine of month and weekday, and of
    the hour of the day for a time: 5 inputs for a date, 7 for a time. Missing: all zeros, and a flag."""

    kind: Literal["calendar"] = "calendar"


class Elapsed(SpecModel):
    """Days since the first training row's date, scaled as `numbers` says: 1 input."""

    kind: Literal["elapsed"] = "elapsed"


DateEncoding = Calendar | Elapsed

Dates = Annotated[Annotated[DateEncoding, tagged()], named("calendar", "elapsed")]
