"""What params/brand.yaml may say: a force's own colours, logo, typeface and contact, and when its figures appear."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, StringConstraints, model_validator

from thematic.core.errors import ArgumentsRefused, Problem
from thematic.core.look import Look
from thematic.core.palette import GRAPHICS, TEXT, Palette, Tones, contrast, mixed
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params.brand_files import read_logo, read_typeface
from thematic.params.declared import Declared, Name
from thematic.params.reading import nearest, read_model

FILE = "brand.yaml"
DAYS = "days_after_period_end"
Ground = Literal["light", "dark"]


def _hex(said: Any) -> Any:
    return said.lower() if isinstance(said, str) else said


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$"), BeforeValidator(_hex)]
OwnFile = Annotated[str, StringConstraints(pattern=r"^[\w-][\w.-]*(/[\w-][\w.-]*)*$")]
"""A file below params/, by its path from there."""


class OwnColours(Declared):
    """The colours of one ground that are not the house's."""

    ink: Colour | None = None
    quiet: Colour | None = None
    tint: Colour | None = None
    band: Colour | None = None
    main: Colour | None = None
    second: Colour | None = None
    third: Colour | None = None
    fourth: Colour | None = None

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, said: Any) -> Any:
        blank = [name for name, colour in said.items() if colour is None] if isinstance(said, dict) else []
        if blank:
            fix = 'YAML takes # for a comment: write the colour in quotes, such as "#12436d"'
            raise ValueError(f"{blank[0]} is blank. {fix}")
        return said

    @property
    def given(self) -> dict[str, str]:
        return {name: colour for name, colour in self if colour is not None}


class ColoursParams(Declared):
    """The colours on white paper and light screens, and on dark screens."""

    light: OwnColours = Field(default=OwnColours())
    dark: OwnColours = Field(default=OwnColours())


class LogoParams(Declared):
    """A picture (SVG or PNG), and its words for those who do not see it."""

    file: OwnFile
    alt: Name


class TypefaceParams(Declared):
    """The three fonts of a typeface (OpenType or TrueType), and the licence that lets the force embed them."""

    name: Name
    regular: OwnFile
    bold: OwnFile
    italic: OwnFile
    licence: Name


class Contact(Declared):
    """Whom a reader can ask."""

    name: Name
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    telephone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ]+$")] | None = None
    web: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None


@dataclass(frozen=True)
class Calendar:
    """On which day the figures of a month appear: by month, or so many days after the month's end."""

    by_month: Mapping[str, date] = field(default_factory=dict)
    days: int | None = None

    def day(self, month: Month) -> date | None:
        """The day, or None where none is named."""
        if self.days is not None:
            return month.last_day + timedelta(days=self.days)
        return self.by_month.get(str(month))


def _calendar(said: Any) -> Calendar:
    if not isinstance(said, dict) or not said:
        raise ValueError(f"names no days: write {DAYS}: 18, or a day for each month, such as 2021-02: 2021-03-18")
    if DAYS in said:
        days = said[DAYS]
        if len(said) > 1 or isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 366:
            raise ValueError(f"{DAYS} is alone, with a whole number of days from 0 to 366")
        return Calendar(days=days)
    return Calendar({str(key): _appears(key, day) for key, day in said.items()})


def _appears(key: Any, day: Any) -> date:
    try:
        month = Month.parse(str(key))
    except ArgumentsRefused:
        fix = nearest(str(key), {DAYS: DAYS})
        raise ValueError(f"'{key}' is neither a month, such as 2021-02, nor {DAYS}. {fix}") from None
    if type(day) is not date:
        raise ValueError(f"{key}: '{day}' is not a day. Write it as YYYY-MM-DD")
    if day <= month.last_day:
        raise ValueError(f"{key}: {day} is not after the month's end, so its figures cannot appear then")
    return day


def _as_written(calendar: Calendar) -> dict[str, Any]:
    days = {month: day.isoformat() for month, day in calendar.by_month.items()}
    return days if calendar.days is None else {DAYS: calendar.days}


CalendarParams = Annotated[Calendar, PlainValidator(_calendar), PlainSerializer(_as_written)]


class BrandParams(Declared):
    """params/brand.yaml. `published` gives the day on which the figures of a month appear; `next_release` does so for
    the month after a report's, where that is not as `published` says."""

    colours: ColoursParams = Field(default=ColoursParams())
    logo: LogoParams | None = None
    typeface: TypefaceParams | None = None
    contact: Contact | None = None
    published: CalendarParams | None = None
    next_release: CalendarParams | None = None


@dataclass(frozen=True)
class Brand:
    """The force's own face, and what its publications say of themselves; by default nothing."""

    said: BrandParams = field(default_factory=BrandParams)
    look: Look = field(default_factory=Look)

    @property
    def contact_said(self) -> dict[str, str]:
        """Whom to ask: what is given of name, email, telephone and web."""
        return self.said.contact.model_dump(exclude_none=True) if self.said.contact else {}

    def published_on(self, period: Month) -> date | None:
        """The day on which the report of a period appears, or None where the force names none."""
        return self.said.published.day(period) if self.said.published else None

    def next_release_on(self, period: Month) -> date | None:
        """The day on which the figures of the month after a period appear."""
        calendar = self.said.next_release or self.said.published
        return calendar.day(period + 1) if calendar else None


def read_brand(workbook: Workbook) -> tuple[Brand, list[Problem]]:
    """What the file and those it names say; the house's face where there is none."""
    path = workbook.params / FILE
    if not path.exists():
        return Brand(), []
    shown = workbook.shown(path)
    said, problems = read_model(path, shown, BrandParams)
    if said is None:
        return Brand(), problems
    logo, of_logo = read_logo(workbook, said.logo.file, said.logo.alt, shown) if said.logo else (None, [])
    typeface, of_typeface = _typeface(workbook, said.typeface, shown)
    own = {ground: getattr(said.colours, ground).given for ground in get_args(Ground)}
    colours = {ground: found for ground, found in own.items() if found}
    return Brand(said, Look(colours, logo, typeface)), [*of_logo, *of_typeface, *unreadable(own, shown)]


def _typeface(workbook: Workbook, said: TypefaceParams | None, shown: str) -> tuple[Any, list[Problem]]:
    if said is None:
        return None, []
    return read_typeface(workbook, {face: getattr(said, face) for face in ("regular", "bold", "italic")}, shown)


def unreadable(own: Mapping[str, Mapping[str, str]], shown: str) -> list[Problem]:
    """The colours that a force gives and that cannot be told from their ground, or from one another."""
    if not any(own.values()):
        return []
    palette = Palette.of(own)
    grounds = (("light", palette.light), ("dark", palette.dark))
    return [
        problem
        for ground, tones in grounds
        for problem in (*_faint(ground, tones, own.get(ground, {}), shown), *_alike(ground, tones, own, shown))
    ]


def _faint(ground: str, tones: Tones, own: Mapping[str, str], shown: str) -> Iterator[Problem]:
    on_band = contrast(tones.upon(tones.band), tones.band)
    if "band" in own and on_band < TEXT:
        said = f"words on '{tones.band}' have a contrast of {_ratio(on_band)}:1 at most. Words need {TEXT:g}:1."
        yield Problem(f"{shown}, colours.{ground}.band", said, "Take a darker or a lighter shade.")
    worst: dict[str, tuple[float, str, str, float]] = {}
    for name, under, need in _pairs(tones):
        blamed = name if name in own else under
        found = contrast(getattr(tones, name), getattr(tones, under))
        if blamed in own and found < need:
            worst[blamed] = min(worst.get(blamed, (found, name, under, need)), (found, name, under, need))
    for blamed, (found, name, under, need) in worst.items():
        on = "the page" if under == "paper" else "the ground of titles and notes, tint"
        words = "Words need" if need == TEXT else "Parts of charts need"
        pair = f"'{getattr(tones, name)}' on '{getattr(tones, under)}' ({on})"
        said = f"{pair} has a contrast of {_ratio(found)}:1. {words} {need:g}:1."
        yield Problem(f"{shown}, colours.{ground}.{blamed}", said, _instead(tones, name, under, need, blamed))


def _ratio(contrast: float) -> float:
    """The ratio to two places, never above what it is."""
    return math.floor(contrast * 100) / 100


def _pairs(tones: Tones) -> Iterator[tuple[str, str, float]]:
    """What must be told from what: words and links from the grounds they stand on, charts from the page."""
    for name in ("ink", "quiet", "main"):
        yield from ((name, under, TEXT) for under in ("paper", "tint"))
    yield from ((name, "paper", GRAPHICS) for name in ("second", "third", "fourth"))


def _instead(tones: Tones, name: str, under: str, need: float, blamed: str) -> str:
    """The nearest shade that would do."""
    if blamed == under:
        return "Take a ground nearer to that of the page."
    ground = getattr(tones, under)
    is_dark = contrast(ground, "#ffffff") > contrast(ground, "#000000")
    steps = (mixed(getattr(tones, name), "#ffffff" if is_dark else "#000000", part / 100) for part in range(101))
    shade = next(each for each in steps if contrast(each, ground) >= need)
    return f"Take a {'lighter' if is_dark else 'darker'} shade, such as '{shade}'."


def _alike(ground: str, tones: Tones, own: Mapping[str, Mapping[str, str]], shown: str) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for name in ("main", "second", "third", "fourth"):
        colour = getattr(tones, name)
        if colour in taken and {name, taken[colour]} & own.get(ground, {}).keys():
            what = f"'{colour}' is that of {taken[colour]} too, and a chart tells its parts by them."
            yield Problem(f"{shown}, colours.{ground}.{name}", what, "Take another colour for one of the two.")
        taken.setdefault(colour, name)
