"""Turns the reports of a month and of the one before into what the internal catalogue says has changed between them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from thematic.core.areas import FORCE
from thematic.core.periods import Month
from thematic.displays.glance import worth_of
from thematic.outputs.catalogue import Catalogue, Moved, MovedFigure, Place, Verdict
from thematic.outputs.changed import Difference, Key, Row, key_of, new_and_gone, read_rows, verdicts_changed
from thematic.outputs.gathered import figures_of
from thematic.params import Params
from thematic.params.themes import TOTAL


@dataclass
class _Months:
    """The figures of two months, each once, whatever the number of themes that show it; and by measure how many of
    them each theme shows."""

    before: dict[Key, Row] = field(default_factory=dict)
    now: dict[Key, Row] = field(default_factory=dict)
    shown: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, theme: str, before: bytes, now: bytes) -> None:
        for rows, figures in ((self.before, before), (self.now, now)):
            for row in read_rows(figures):
                rows.setdefault(key_of(row), row)
                self.shown.setdefault(row["measure"], Counter())[theme] += 1

    def theme_of(self, measure: str) -> str:
        """The theme that shows most figures of a measure."""
        ((theme, _),) = self.shown[measure].most_common(1)
        return theme


def moved(out: Path, catalogue: Catalogue, params: Params) -> Moved | None:
    """What changed in the force's internal reports of the latest month, as they lie there; None where there are none
    of it, or of the month before.

    A measure of several themes counts once, as that of the theme that shows most figures of it.
    """
    if not catalogue.periods:
        return None
    period = catalogue.periods[0]
    before = str(Month.parse(period) - 1)
    pairs = [((before, *place[1:]), place) for place in sorted(catalogue.reports) if place[0] == period]
    known = [pair for pair in pairs if all(_is_internal(catalogue, each) for each in pair)]
    if not known:
        return None
    months = _Months()
    for pair in known:
        old, new = (figures_of(out, place, catalogue.reports[place]) for place in pair)
        if old is not None and new is not None:
            months.add(pair[1][1], old, new)
    late = [each for each in catalogue.outdated if each[0] == before and _is_internal(catalogue, each, every=True)]
    return _between(params, months, period, before, len(late))


def _is_internal(catalogue: Catalogue, place: Place, every: bool = False) -> bool:
    report = catalogue.reports.get(place)
    return report is not None and report.audience == "internal" and (every or place[2] == FORCE)


def _between(params: Params, months: _Months, period: str, before: str, outdated: int) -> Moved:
    """What differs; figures whose verdict is significant now come first, then those whose verdict was."""
    old, new = months.before.values(), months.now.values()
    changed = verdicts_changed(old, new)
    figures = [_figure(params, months, each) for each in changed if each.key[1] == TOTAL]
    figures.sort(key=lambda each: (not each.now.is_significant, not each.is_significant, each.theme, each.title))
    coming, going = (
        tuple(_title(params, name) for name, dimension, _ in keys if not dimension) for keys in new_and_gone(old, new)
    )
    return Moved(period, before, tuple(figures), len(changed) - len(figures), coming, going, outdated)


def _figure(params: Params, months: _Months, each: Difference) -> MovedFigure:
    name = each.key[0]
    verdicts = (_verdict(params, row) for row in (each.before, each.now))
    return MovedFigure(months.theme_of(name), _title(params, name), *verdicts)


def _verdict(params: Params, row: Row) -> Verdict:
    measure = params.measures.get(row["measure"])
    worth = worth_of(row["trend"], measure.polarity) if measure is not None else ""
    return Verdict(_printed(params, row), row["trend"], worth)


def _title(params: Params, name: str) -> str:
    return params.measures[name].title if name in params.measures else name


def _printed(params: Params, row: Row) -> str:
    """A value with the decimals that its measure has in print; its status where there is none."""
    measure = params.measures.get(row["measure"])
    if measure is None or not row["value"]:
        return row["value"] or row["status"] or "none"
    return f"{float(row['value']):,.{measure.decimals}f}{'%' if row['unit'] == 'percent' else ''}"
