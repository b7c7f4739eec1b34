"""Frames of rows about people: every display of them, and of what is taken from them, says so first."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from thematic.displays import MIME_TYPE, RESTRICTED

BANNER = "Restricted: these rows are about people. Do not copy them into a report."
_STYLE = "margin:0 0 .5em;padding:.4em .8em;border-left:6px solid #801650;background:#f5e6ee;color:#3d0a26"
_BANNER_HTML = f'<p role="note" style="{_STYLE}"><strong>{escape(BANNER)}</strong></p>'


class RestrictedFrame(pd.DataFrame):
    """A DataFrame under the banner; filtering, sorting, joining or grouping it gives another.

    `pd.DataFrame(frame)` takes the banner off, and saving it to a file is not hindered: both are the analyst's own act.
    An output that shows one cannot become a report.
    """

    @property
    def _constructor(self) -> Callable[..., RestrictedFrame]:
        return RestrictedFrame

    @property
    def _constructor_sliced(self) -> Callable[..., RestrictedSeries]:
        return RestrictedSeries

    @property
    def style(self) -> Styler:
        """The table for styling, its caption the banner."""
        return super().style.set_caption(BANNER)

    def __repr__(self) -> str:
        return f"{BANNER}\n{super().__repr__()}"

    def _repr_html_(self) -> str | None:
        html = super()._repr_html_()  # type: ignore[misc]
        return None if html is None else f"{_BANNER_HTML}{html}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return _mark()


class RestrictedSeries(pd.Series):
    """A column or a row of a RestrictedFrame, under the same banner."""

    @property
    def _constructor(self) -> Callable[..., RestrictedSeries]:
        return RestrictedSeries

    @property
    def _constructor_expanddim(self) -> Callable[..., RestrictedFrame]:
        return RestrictedFrame

    def __repr__(self) -> str:
        return f"{BANNER}\n{super().__repr__()}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return _mark()


def _mark() -> dict[str, Any]:
    """What tells the exporters of reports; the notebook shows the text and the HTML beside it."""
    return {MIME_TYPE: {"kind": RESTRICTED}}
