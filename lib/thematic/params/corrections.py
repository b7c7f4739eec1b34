"""params/corrections.yaml: what the force decides on records of months that are published already and have changed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel, StringConstraints

from thematic.params.declared import Declared, Name

FILE = "corrections.yaml"
MonthName = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Correction(Declared):
    """What is done with the changes when a month is booked: `book` counts them in that month, `reanchor` leaves what
    was published as it is and counts them nowhere. `why` says what happened."""

    do: Literal["book", "reanchor"]
    why: Name


class Corrections(RootModel[Annotated[dict[MonthName, Correction], Field(default={})]]):
    """The decisions by the month in whose booking they hold."""
