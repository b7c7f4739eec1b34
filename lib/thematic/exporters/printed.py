"""Turns figures as they are printed into the numbers in them, each with the format that prints it so in a workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from thematic.measures.disclosure import NOT_APPLICABLE


@dataclass(frozen=True)
class Number:
    """A number and a workbook's format for it. The value of a percentage is the number printed: 17.4 for `17.4%`."""

    value: float
    format: str


Cell = Number | str

_NUMBER = re.compile(r"([+-]?)(£?)([0-9][0-9,]*)(?:\.([0-9]+))?(%|[\u00a0 ]pp)?")
_UNITS = {"": "", "£": '"£"', "%": '"%"', "pp": '" pp"'}
_RANGE = re.compile(r"(?P<lower>[^ ]+) to (?P<upper>[^ ]+)")
_FIGURE = re.compile(r"(?P<value>[^ ]+)(?: ± (?P<margin>[^ ]+))?(?: \((?P<change>[^ ()]+)\)| (?P<no_change>\[\w+\]))?")
_STANDS_IN = re.compile(r"\[\w+\]|NaN|NaT|None|<NA>|\.\.\.|")
_LABELS = {
    "value": "{}",
    "margin": "{}, margin (±)",
    "change": "{}, change",
    "lower": "{}, lower limit",
    "upper": "{}, upper limit",
}
_DIGITS = 15
"""A workbook keeps no more of a number than this."""


def number(text: str) -> Number | None:
    """The number that the text prints (`1,234`, `-1.0 pp`, `£5.50`); None where no format would print just that."""
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    sign, pound, whole, places, unit = found.groups("")
    size = float(f"{whole.replace(',', '')}.{places}")
    grouping = "," if "," in whole or size < 1000 else ""
    printed = f"{size:{grouping}.{len(places)}f}"
    if printed != f"{whole}.{places}".rstrip(".") or len(whole + places) > _DIGITS or (sign and not size):
        return None
    body = ("#,##0" if grouping else "0") + f".{'0' * len(places)}".rstrip(".")
    shown = _UNITS[pound] + body + _UNITS[unit.strip()]
    return Number(-size if sign == "-" else size, _signed(shown) if sign == "+" else shown)


def spread(label: str, cells: Sequence[str]) -> dict[str, list[Cell]]:
    """The columns, by label, that a column of printed figures makes: one of values, and one each of the margins, the
    changes in brackets and the two ends of ranges, where it has them.

    What stands in for a number, such as `[c]`, does so in each. A column with anything else in it stays as it is.
    """
    found = [_parts(cell) for cell in cells]
    names = [name for name in _LABELS if any(part and name in part for part in found)]
    if None in found or not names:
        return {label: list(cells)}
    pairs = list(zip(cells, found, strict=True))
    return {
        _LABELS[name].format(label): _alike([part.get(name, NOT_APPLICABLE) if part else cell for cell, part in pairs])
        for name in names
    }


def _alike(cells: list[Cell]) -> list[Cell]:
    """The cells, those that show the same by the format with a sign that others of them have told to use it too."""
    formats = {cell.format for cell in cells if isinstance(cell, Number)}
    return [
        replace(cell, format=_signed(cell.format))
        if isinstance(cell, Number) and cell.value <= 0 and _signed(cell.format) in formats
        else cell
        for cell in cells
    ]


def _signed(format: str) -> str:
    return f"+{format};-{format};{format}"


def _parts(text: str) -> dict[str, Cell] | None:
    """The numbers of a cell by what they are; none where something stands in for them; None where it is no figure."""
    if _STANDS_IN.fullmatch(text):
        return {}
    found = _RANGE.fullmatch(text) or _FIGURE.fullmatch(text)
    if not found:
        return None
    told = {name.removeprefix("no_"): part for name, part in found.groupdict().items() if part}
    numbers = {name: number(part) or part for name, part in told.items()}
    wrong = [part for part in numbers.values() if isinstance(part, str) and not _STANDS_IN.fullmatch(part)]
    return None if wrong else numbers
