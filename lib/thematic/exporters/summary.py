"""Turns the first indicators at a glance into cards: the figure, its change in words, its trend and its months."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from thematic.displays import SHORTHAND, Glance, GlanceRow
from thematic.displays.signs import sparkline, trend_sign

MOST = 6
_WEIGHT = {"Yes": ", a significant change", "No": ", not a significant change"}


def summary(glance: Glance) -> str:
    """A card for each of the first six indicators, the shorthand in them spelt out; nothing where none has a figure."""
    rows = glance.rows[:MOST]
    if not any(row.has_value for row in rows):
        return ""
    cards = "".join(f"<li>{''.join(_card(row, glance.beside, glance.references))}</li>" for row in rows)
    label = f"Main figures: {glance.title}" if glance.title else "Main figures"
    return f'<ul class="summary" role="list" aria-label="{escape(label)}">{cards}</ul>{_months_note(rows)}'


def _card(row: GlanceRow, beside: str, references: Sequence[str]) -> Iterator[str]:
    value = row.figure.value.printed()
    more = SHORTHAND.get(value, "") or row.figure.spread
    small = f'<span class="more">{escape(more)}</span>' if more else ""
    figure = [f'<span class="value">{escape(value)}</span>', small, sparkline(row.spark, _months_said(row))]
    yield f'<p class="name">{escape(row.indicator)}</p>'
    yield f'<p class="figure">{" ".join(filter(None, figure))}</p>'
    if row.change:
        yield f"<p>{_change(row)}</p>"
    if row.trend and row.trend != value:
        yield f'<p class="trend">{trend_sign(row.trend, row.worth)}<span>Trend: {escape(_trend(row))}</span></p>'
    for head, each in zip(references, row.beside, strict=False):
        if each is not None:
            said = ": ".join([head, ", ".join(part for part in (each.value.printed(), each.said) if part)])
            yield f'<p class="beside">{escape(said)}</p>'
    if beside and row.force is not None:
        yield f'<p class="beside">{escape(beside)}: {escape(row.force.printed())}</p>'


def _change(row: GlanceRow) -> str:
    if row.change in SHORTHAND:
        return f"Change on the year before: {escape(_spelt_out(row.change))}"
    significance = f"; significance: {_spelt_out(row.significant)}" if row.significant in SHORTHAND else ""
    weight = _WEIGHT.get(row.significant, significance)
    return f"<strong>{escape(row.change)}</strong> on the year before{escape(weight)}"


def _trend(row: GlanceRow) -> str:
    if row.trend in SHORTHAND:
        return _spelt_out(row.trend)
    return f"{row.trend[0].lower()}{row.trend[1:]}" + (f", {row.worth}" if row.worth else "")


def _spelt_out(sign: str) -> str:
    return f"{sign} {SHORTHAND[sign]}"


def _months_said(row: GlanceRow) -> str:
    """What the line of months shows, for those who do not see it."""
    known = _known(row.spark)
    if not known:
        return ""
    latest = f"{known[-1]:,.0f}" if _known(row.spark[-1:]) else "not shown"
    ends = f"lowest {min(known):,.0f}, highest {max(known):,.0f}, latest {latest}"
    gaps = len(row.spark) - len(known)
    return f"Count each month, {_span(row)}: {ends}" + (f"; {gaps} not shown." if gaps else ".")


def _months_note(rows: Sequence[GlanceRow]) -> str:
    spans = dict.fromkeys(_span(row) for row in rows if _known(row.spark))
    if not spans:
        return ""
    told = f"Lines: the count each month, {' or '.join(spans)}, from its lowest to its highest; the dot is the latest."
    return f'<p class="note">{escape(told)}</p>'


def _span(row: GlanceRow) -> str:
    return f"{len(row.spark)} months to {row.period}"


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]
