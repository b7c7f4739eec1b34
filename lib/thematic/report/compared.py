"""Compares what an analyst draws in a report for the public with the figures that were released."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from thematic.measures.data import ReportData
from thematic.measures.figures import FIGURE_NUMBERS, Figure, Figures
from thematic.report.tidy import COLUMNS, KEY, frame_of

if TYPE_CHECKING:
    from thematic.charts.drawn import Drawn
    from thematic.charts.own import Own
    from thematic.report.asked import Asked

_NUMBER = re.compile(r"([+-]?[\d,]*\.?\d+)\s*(?:%|pp)?")
_ENDS = (0.0, 100.0)
"""Where a line may be whatever the figures are."""
_OTHER_DATA = (
    "shows a chart whose data= are not figures of report.table as they were released (rows and columns may be left "
    "out, none added or changed)"
)
_GIVEN = "shows a chart that was drawn before report.chart was called; give it the function that draws"
_OTHER_NUMBER = (
    "shows a chart that draws a number which is none of the figures in its data=; a line of your own, such as a "
    "target, is one"
)


def rows_of(data: ReportData, figures: Figures, frame: pd.DataFrame) -> list[Figure] | None:
    """The released figures that a frame holds, in its order; None for a frame that holds anything else.

    Columns may be left out but for those that name a figure.
    """
    if not set(KEY) <= set(frame.columns) <= set(COLUMNS):
        return None
    known = {(row.measure, row.dimension, row.category): row for row in figures.rows}
    rows = [known.get(key) for key in frame[list(KEY)].itertuples(index=False, name=None)]
    found = [row for row in rows if row is not None]
    if len(found) < len(rows):
        return None
    same = frame_of(data, found)[list(frame.columns)].equals(pd.DataFrame(frame).reset_index(drop=True))
    return found if same else None


def why_not(data: ReportData, figures: Figures, asked: Asked, drawing: Own | None) -> str:
    """Why a chart shows more than what was released, as a message goes on; "" where it does not."""
    rows = rows_of(data, figures, asked.data)
    if rows is None:
        return _OTHER_DATA
    if drawing is None:
        return ""
    if not callable(asked.draw):
        return _GIVEN
    if drawing.drawn.unknown:
        return f"shows a chart with a part ({min(drawing.drawn.unknown)}) that cannot be compared with its data="
    known = np.array([*_ENDS, *_numbers(rows)])
    return (
        ""
        if all(np.isclose(known, each, rtol=1e-9, atol=1e-9).any() for each in drawing.drawn.numbers)
        else _OTHER_NUMBER
    )


def _numbers(rows: Sequence[Figure]) -> list[float]:
    found = [getattr(row, name) for row in rows for name in FIGURE_NUMBERS]
    return [float(each) for each in found if each is not None]


def words_of(data: ReportData, asked: Asked, drawing: Own | None) -> list[str]:
    """The words that the notebook gave a chart, in it and beside it: those that are neither of the report nor printed
    numbers of its figures."""
    return [*asked.words, *(_own_words(data, asked, drawing.drawn) if drawing else [])]


def _own_words(data: ReportData, asked: Asked, drawn: Drawn) -> list[str]:
    frame = asked.data
    texts = frame.select_dtypes(["object", "string"])
    words = [data.area.name, data.params.force.name, *(str(each) for name in texts for each in texts[name])]
    known = set(map(_unbroken, words))
    numbers = frame.select_dtypes("number").to_numpy(dtype=float).ravel()
    numbers = numbers[np.isfinite(numbers)]
    said = sorted(drawn.words)
    return [word for word in said if _unbroken(word) not in known and not _is_printed(word, numbers)]


def _unbroken(words: str) -> str:
    """Words without what is between them, which differs where they are broken into lines."""
    return "".join(words.split())


def _is_printed(word: str, numbers: np.ndarray) -> bool:
    """Whether a word is one of the numbers as it is printed with some decimals."""
    found = _NUMBER.fullmatch(word.strip())
    if found is None:
        return False
    digits = found[1].replace(",", "")
    decimals = len(digits.partition(".")[2])
    return bool((np.abs(numbers - float(digits)) <= 0.5 * 10.0**-decimals + 1e-9).any())
