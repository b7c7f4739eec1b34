"""Turns released figures into the tables of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from thematic.core.areas import Area
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month, Window
from thematic.displays import SHORTHAND, Column, Glance, GlanceRow, Sentence, Table
from thematic.displays.wording import before, change, margin, number, significance, with_change
from thematic.measures.breakdowns import FORCE_ROW
from thematic.measures.disclosure import CONFIDENTIAL, NOT_AVAILABLE, Gate
from thematic.measures.evaluation import has_trend, window_of
from thematic.measures.figures import Figure, Figures
from thematic.params import Params
from thematic.params.models import Measure
from thematic.params.reading import nearest

_TREND_NOTE = "The change is of the whole window; the trend is of its latest months, against the season and last year."
_PLACES = {"lpu": "Local Policing Unit", "local_authority": "Local authority"}
_BY_PLACE = {"lpu": "Local Policing Unit", "local_authority": "local authority"}
_HEADINGS = {"offence": "Offence", "outcome": "Outcome", "strand": "Strand", "type": "Type"}
_HEADINGS["characteristic"] = "Characteristic"


@dataclass(frozen=True)
class Sheet:
    """What the tables and charts of one report are drawn from."""

    params: Params
    figures: Figures
    area: Area
    period: Month
    source: str

    def measure(self, name: str) -> Measure:
        """The measure of that name. Raises ArgumentsRefused where there is none."""
        if name not in self.params.measures:
            fix = nearest(name, {each: each for each in self.params.measures})
            raise ArgumentsRefused(f"There is no measure '{name}'. {fix}")
        return self.params.measures[name]

    def window(self, name: str) -> Window:
        return window_of(self.measure(name), self.period)

    def reasons(self, dimension: str, *names: str) -> list[str]:
        """Why figures of the measures are not available, and what stands beside those that are."""
        keys = [(name, dimension) for name in names]
        told = [
            f"{NOT_AVAILABLE} {SHORTHAND[NOT_AVAILABLE]}: {reason}."
            for key in keys
            for reason in self.figures.reasons.get(key, [])
        ]
        told += [f"Read with care: {note}." for key in keys for note in self.figures.notes.get(key, [])]
        return list(dict.fromkeys(told))


def at_a_glance(sheet: Sheet, title: str, section: str, names: Sequence[str]) -> Glance:
    """Each indicator of a section: value with its change, period ending, trend, months, and whether it moved."""
    caption = f"{title}, {sheet.window(names[0]).label}"
    beside = "" if sheet.area.is_force else sheet.params.force.name
    rows = [_glance_row(sheet, name) for name in names]
    notes = sheet.reasons("total", *names)
    if any(sheet.figures.one(name)["trend"] for name in names):
        notes.append(_TREND_NOTE)
    return Glance(f"glance-{section}".replace("_", "-"), caption, rows, beside, notes, sheet.source)


def _glance_row(sheet: Sheet, name: str) -> GlanceRow:
    measure, figure = sheet.measure(name), sheet.figures.one(name)
    force = "" if sheet.area.is_force else with_change(sheet.figures.one(name, FORCE_ROW), measure)
    return GlanceRow(
        measure.short,
        number(figure["value"], measure, figure["status"]) + margin(figure, measure),
        "" if figure["status"] else change(figure),
        sheet.period.short_label,
        significance(figure),
        figure["trend"] or _no_trend(measure, figure),
        measure.polarity,
        [month["value"] for month in _months(sheet, measure)],
        force,
    )


def _months(sheet: Sheet, measure: Measure) -> list[Figure]:
    """The months of a count; a rate has those of the count it is made from, whose shape is its own."""
    if measure.unit == "percent":
        return []
    names = [name for name, dimension in sheet.figures.dimensions if dimension == "month"]
    same = [name for name in names if sheet.measure(name).numerator == measure.numerator]
    return sheet.figures.of(same[0], "month") if same else []


def _no_trend(measure: Measure, figure: Figure) -> str:
    """Why an indicator has no trend: none is worked out for it, counts behind it are withheld, or too few months."""
    if not has_trend(measure):
        return ""
    withheld = figure["significant"] is None and not figure["change_status"]
    return str(figure["status"]) or (
        CONFIDENTIAL if withheld or figure["change_status"] == CONFIDENTIAL else NOT_AVAILABLE
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def by_place(sheet: Sheet, by: str, names: Sequence[str], title: str) -> Table:
    """A row for each place, then the force: for each measure the window before, the window and the change."""
    columns = [Column(_PLACES[by], "left")]
    for name in names:
        window = sheet.window(name)
        label = sheet.measure(name).short
        columns += [Column(f"{label}, {each.short_label}") for each in (window.year_earlier, window)]
        columns.append(Column("Change", of=label))
    rows = [_place_row(sheet, by, names, place) for place in _places(sheet, by, names[0])]
    rows.append([sheet.params.force.name, *_cells(_force_figures(sheet, names))])
    return _place_table(sheet, by, names, title, columns, rows)


def counts_by_place(sheet: Sheet, by: str, names: Sequence[str], title: str) -> Table:
    """A row for each place, then the force, with one column for each measure's current window."""
    columns = [Column(_PLACES[by], "left"), *(Column(sheet.measure(name).short) for name in names)]
    rows = []
    for place in _places(sheet, by, names[0]):
        figures = [(sheet.measure(name), sheet.figures.one(name, by, place)) for name in names]
        rows.append([place, *(number(figure["value"], measure, figure["status"]) for measure, figure in figures)])
    total = [number(figure["value"], measure, figure["status"]) for measure, figure in _force_figures(sheet, names)]
    rows.append([sheet.params.force.name, *total])
    return _place_table(sheet, by, names, title, columns, rows)


def _place_table(
    sheet: Sheet, by: str, names: Sequence[str], title: str, columns: list[Column], rows: list[list[str]]
) -> Table:
    emphasis = [len(rows) - 1] + [index for index, row in enumerate(rows[:-1]) if row[0] == sheet.area.name]
    caption = f"{title or sheet.measure(names[0]).title} by {_BY_PLACE[by]}, {sheet.window(names[0]).label}"
    identity = f"{by}-{names[0]}".replace("_", "-")
    return Table(identity, caption, columns, rows, emphasis, sheet.reasons(by, *names), sheet.source)


def _places(sheet: Sheet, by: str, name: str) -> list[str]:
    return [figure["category"] for figure in sheet.figures.of(name, by)]


def _place_row(sheet: Sheet, by: str, names: Sequence[str], place: str) -> list[str]:
    return [place, *_cells([(sheet.measure(name), sheet.figures.one(name, by, place)) for name in names])]


def _cells(figures: Sequence[tuple[Measure, Figure]]) -> Iterator[str]:
    for measure, figure in figures:
        yield before(figure, measure)
        yield number(figure["value"], measure, figure["status"])
        yield change(figure)


def _force_figures(sheet: Sheet, names: Sequence[str]) -> list[tuple[Measure, Figure]]:
    dimension = "total" if sheet.area.is_force else FORCE_ROW
    return [(sheet.measure(name), sheet.figures.one(name, dimension)) for name in names]


def breakdown(sheet: Sheet, name: str, by: str, top: int | None, title: str) -> Table | Sentence:
    """A row for each category, largest first: the window before, the window, the change and what the test says.

    A sentence where neither window has any.
    """
    measure, window = sheet.measure(name), sheet.window(name)
    figures = _ordered(sheet.figures.of(name, by), by)
    if not figures:
        whole = sheet.figures.one(name)
        before_too = "" if whole["change_status"] == NOT_AVAILABLE else " or the year before"
        none = f"there are none in the {window.span}{before_too}."
        why = sheet.reasons("total", name) if whole["status"] else [none]
        return Sentence(" ".join([f"{title or f'{measure.title} by {_HEADINGS[by].lower()}'}:", *why]))
    shown = figures[:top]
    columns = [Column(_HEADINGS[by], "left")]
    columns += [Column(_sentence(each.short_label)) for each in (window.year_earlier, window)]
    columns += [Column("Change"), Column("Significant change", "left")]
    rows = [
        [category_label(sheet, by, figure["category"]), *_cells([(measure, figure)]), significance(figure)]
        for figure in shown
    ]
    notes = sheet.reasons(by, name)
    if len(shown) < len(figures):
        notes.insert(0, f"The {len(shown)} largest of {len(figures)}; the CSV has them all.")
    caption = f"{title or f'{measure.title} by {_HEADINGS[by].lower()}'}, {window.label}"
    return Table(f"{by}-{name}".replace("_", "-"), caption, columns, rows, notes=notes, source=sheet.source)


def counts(sheet: Sheet, gate: Gate, title: str, counts: Mapping[str, Any], by: str, of: str) -> Table:
    """A row for each category with its count as the gate releases it. Raises ArgumentsRefused for what is no count."""
    wrong = next((f"{name}: {n}" for name, n in counts.items() if not isinstance(n, Integral) or n < 0), None)
    if wrong is not None or not counts:
        raise ArgumentsRefused(f"report.counts takes whole numbers from 0 by category, not {wrong or 'nothing'}.")
    released = {name: gate.count(int(n)) for name, n in counts.items()}
    rows = [[name, CONFIDENTIAL if n is None else f"{n:,}"] for name, n in released.items()]
    identity = "counts-" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    notes = ["Counted from the records by the analyst, for this report alone."]
    return Table(identity, title, [Column(by, "left"), Column(of)], rows, notes=notes, source=sheet.source)


def _ordered(figures: list[Figure], by: str) -> list[Figure]:
    """Offences with the largest released value first, the rest in their own order."""
    if by != "offence":
        return figures
    return sorted(figures, key=lambda figure: (-(figure["value"] or 0), figure["category"]))


def category_label(sheet: Sheet, by: str, category: str) -> str:
    """A category as a reader knows it: outcomes with their titles, code words with spaces."""
    if by == "outcome":
        titles = {str(outcome.code): outcome.title for outcome in sheet.params.outcomes.codes}
        return f"{category}. {titles.get(category, 'no title')}"
    return category if by == "offence" else category.replace("_", " ").capitalize()
