"""Turns CSV text into the places of its rows: where each begins and ends, and on which physical line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thematic.extracts.quotes import NEWLINE, RETURN, Bytes, Mask, Places, Quotes, find_quotes, positions


@dataclass(frozen=True)
class Records:
    """The rows of a CSV text, blank lines left out: byte offsets (`ends` is the line break's), first physical lines.

    `misquoted` rows have a quotation mark out of place (they end with their physical line), `returned` ones a
    carriage return that ends no line. `wrapped`: a field holds a line break. `quotes` are the marks that open and
    close fields. `separator` is the byte between fields.
    """

    starts: Places
    ends: Places
    lines: Places
    misquoted: Mask
    returned: Mask
    wrapped: bool
    quotes: Quotes
    separator: int

    @property
    def longest(self) -> int:
        """The most bytes that a row has."""
        return int((self.ends - self.starts).max()) if len(self.ends) else 0

    def holding(self, places: Places) -> Places:
        """Indices of the rows in which these bytes stand, each once."""
        found = np.unique(np.searchsorted(self.ends, places))
        return found[found < len(self.ends)]


def find_records(data: bytes, separator: str = ",", quotes: Quotes | None = None) -> Records:
    """The rows of a CSV text: double quotation marks (doubled inside a field), line ends LF or CR LF. Its `quotes` are
    looked for where they are not given."""
    text = np.frombuffer(data, np.uint8)
    quotes = find_quotes(data, separator) if quotes is None else quotes
    breaks = positions(text, NEWLINE)
    ends = breaks[~quotes.inside(text, breaks)]
    wrapped = len(ends) < len(breaks)
    if len(text) and (not len(ends) or ends[-1] != len(text) - 1):
        ends = np.append(ends, len(text))
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1]) if len(ends) else ends
    lines = np.searchsorted(breaks, starts) + 1 if wrapped else np.arange(1, len(ends) + 1)
    returns = _lone_returns(text, data)
    inside = quotes.inside(text, returns)
    full = ~_blank(text, starts, ends)
    return Records(
        starts[full],
        ends[full],
        lines[full],
        _mask(ends, quotes.misplaced)[full],
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
    for stretch, marks, parity in records.quotes.stretches(text):
        separators = np.flatnonzero(text[stretch] == records.separator) + stretch.start
        separators = separators[(np.searchsorted(marks, separators) + parity) % 2 == 0]
        until = int(np.searchsorted(records.ends, stretch.stop))
        before[done:until] = total + np.searchsorted(separators, records.ends[done:until])
        total, done = total + len(separators), until
    before[done:] = total
    return np.diff(before, prepend=0) + 1


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
