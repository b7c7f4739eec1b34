"""Turns CSV text into the places of its rows: where each begins and ends, and on which physical line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

QUOTE, NEWLINE, RETURN = ord('"'), ord("\n"), ord("\r")
_CHUNK = 1 << 24


@dataclass(frozen=True)
class Records:
    """The rows of a CSV text, blank lines left out: byte offsets (`ends` is the line break's), first physical lines.

    `misquoted` rows have a quotation mark out of place (they end with their physical line), `returned` ones a
    carriage return that ends no line. `wrapped`: a field holds a line break. `quotes` are the marks that open and
    close fields, by turns; None when all do. `separator` is the byte between fields.
    """

    starts: Places
    ends: Places
    lines: Places
    misquoted: Mask
    returned: Mask
    wrapped: bool
    quotes: Places | None
    separator: int

    @property
    def longest(self) -> int:
        """The most bytes that a row has."""
        return int((self.ends - self.starts).max()) if len(self.ends) else 0

    def holding(self, places: Places) -> Places:
        """Indices of the rows in which these bytes stand, each once."""
        found = np.unique(np.searchsorted(self.ends, places))
        return found[found < len(self.ends)]


def positions(text: Bytes, byte: int) -> Places:
    """Where the byte stands, in order."""
    found = [np.flatnonzero(text[at : at + _CHUNK] == byte) + at for at in range(0, len(text), _CHUNK)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def find_records(data: bytes, separator: str = ",") -> Records:
    """The rows of a CSV text: double quotation marks (doubled inside a field), line ends LF or CR LF."""
    text = np.frombuffer(data, np.uint8)
    quotes, misplaced = None, np.empty(0, np.int64)
    if b'"' not in data:
        quotes = misplaced
    elif not _well_quoted(text, ord(separator)):
        quotes, misplaced = _walk_quotes(data, separator.encode())
    breaks = positions(text, NEWLINE)
    ends = breaks[~_inside(text, quotes, breaks)]
    wrapped = len(ends) < len(breaks)
    if len(text) and (not len(ends) or ends[-1] != len(text) - 1):
        ends = np.append(ends, len(text))
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1]) if len(ends) else ends
    lines = np.searchsorted(breaks, starts) + 1 if wrapped else np.arange(1, len(ends) + 1)
    returns = _lone_returns(text, data)
    inside = _inside(text, quotes, returns)
    full = ~_blank(text, starts, ends)
    return Records(
        starts[full],
        ends[full],
        lines[full],
        _mask(ends, misplaced)[full],
        _mask(ends, returns[~inside])[full],
        wrapped or bool(inside.any()),
        quotes,
        ord(separator),
    )


def count_fields(data: bytes, records: Records) -> Places:
    """How many fields each row has."""
    text = np.frombuffer(data, np.uint8)
    before = np.zeros(len(records.ends), np.int64)
    total, done = 0, 0
    for at, marks, parity in _chunks(text, records.quotes):
        separators = np.flatnonzero(text[at : at + _CHUNK] == records.separator) + at
        separators = separators[(np.searchsorted(marks, separators) + parity) % 2 == 0]
        until = int(np.searchsorted(records.ends, at + _CHUNK))
        before[done:until] = total + np.searchsorted(separators, records.ends[done:until])
        total, done = total + len(separators), until
    before[done:] = total
    return np.diff(before, prepend=0) + 1


def _chunks(text: Bytes, quotes: Places | None) -> Iterator[tuple[int, Places, int]]:
    """For each stretch of text: its offset, the quotation marks in it, and whether it begins inside a field (1)."""
    before = 0
    for at in range(0, len(text), _CHUNK):
        if quotes is None:
            marks = np.flatnonzero(text[at : at + _CHUNK] == QUOTE) + at
        else:
            marks = quotes[slice(*np.searchsorted(quotes, [at, at + _CHUNK]))]
        yield at, marks, before % 2
        before += len(marks)


def _inside(text: Bytes, quotes: Places | None, places: Places) -> Mask:
    """Whether each place lies between an opening and a closing quotation mark."""
    inside = np.zeros(len(places), np.bool_)
    if not len(places) or (quotes is not None and not len(quotes)):
        return inside
    for at, marks, parity in _chunks(text, quotes):
        first, last = np.searchsorted(places, [at, at + _CHUNK])
        inside[first:last] = (np.searchsorted(marks, places[first:last]) + parity) % 2 == 1
    return inside


def _mask(ends: Places, places: Places) -> Mask:
    mask = np.zeros(len(ends), np.bool_)
    mask[np.searchsorted(ends, places)] = True
    return mask


def _blank(text: Bytes, starts: Places, ends: Places) -> Mask:
    length = ends - starts
    blank: Mask = length == 0
    single = np.flatnonzero(length == 1)
    blank[single] = text[starts[single]] == RETURN
    return blank


def _lone_returns(text: Bytes, data: bytes) -> Places:
    if b"\r" not in data:
        return np.empty(0, np.int64)
    found = positions(text, RETURN)
    found = found[found < len(text) - 1]
    alone: Places = found[text[found + 1] != NEWLINE]
    return alone


def _neighbours(*allowed: int) -> Mask:
    table = np.zeros(256, np.bool_)
    table[list(allowed)] = True
    return table


def _well_quoted(text: Bytes, separator: int) -> bool:
    """Whether all quotation marks open or close a field, or are doubled inside one."""
    before, after = _neighbours(separator, NEWLINE, QUOTE), _neighbours(separator, NEWLINE, RETURN, QUOTE)
    marks, total = np.empty(0, np.int64), 0
    for _, marks, parity in _chunks(text, None):
        opening, closing = marks[parity::2], marks[1 - parity :: 2]
        opening = opening[1:] if len(opening) and opening[0] == 0 else opening
        closing = closing[:-1] if len(closing) and closing[-1] == len(text) - 1 else closing
        if not (before[text[opening - 1]].all() and after[text[closing + 1]].all()):
            return False
        total += len(marks)
    return total % 2 == 0


def _walk_quotes(data: bytes, separator: bytes) -> tuple[Places, Places]:
    """For a file with marks out of place, one mark after the other: those that open and close fields by turns, and
    the places of those that are wrong.

    A mark inside a field that began without one is a plain character. A field that is not closed where it ought to
    be spoils its physical line alone: the next line begins afresh.
    """
    structural: list[int] = []
    misplaced: list[int] = []
    opener, quote = -1, data.find(b'"')
    while quote >= 0 or opener >= 0:
        following = data[quote + 1 : quote + 2]
        if opener < 0:
            if quote == 0 or data[quote - 1 : quote] in (separator, b"\n"):
                opener = quote
        elif quote >= 0 and following == b'"':
            quote += 1
        elif quote >= 0 and following in (separator, b"\n", b"\r", b""):
            structural += [opener, quote]
            opener = -1
        else:
            misplaced.append(opener)
            quote = data.find(b"\n", opener)
            opener = -1
            if quote < 0:
                break
        quote = data.find(b'"', quote + 1) if quote >= 0 else -1
    return np.array(structural, np.int64), np.array(misplaced, np.int64)
