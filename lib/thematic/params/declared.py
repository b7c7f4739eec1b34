"""What every declaration under params/ has in common: unknown keys are refused, and nothing changes after reading."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""The name of a table, column, breakdown, level, measure or dimension."""
Audience = Literal["internal", "public"]
HexagonKm = Annotated[float, Field(ge=0.5, le=20)]


class Declared(BaseModel):
    """A part of params/: unknown keys are refused and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)
