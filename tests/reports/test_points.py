"""Main points: few, short, and every number in them is a figure or the declared sum of some."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from thematic.build.build import report_data
from thematic.measures.data import ReportData
from thematic.measures.drivers import drivers
from thematic.measures.figures import Figures
from thematic.measures.ledger.seen import Seen
from thematic.outputs.editions import Edition
from thematic.params.declared import Audience
from thematic.report.clauses import MOST_WORDS
from thematic.report.points import MOST
from thematic.report.report import Report
from warehouse_drawn import own_params

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
REPORTS = [
    (theme, area)
    for theme in sorted(own_params().themes)
    for area in ("force", "widnes")
    if theme != "performance-at-a-glance" and area in {place.slug for place in own_params().report_areas(theme)}
]


def data_of(seen: Seen, theme: str, area: str) -> ReportData:
    audience: Audience = "public" if seen.is_rounded else "internal"
    edition = Edition(theme, seen.index.periods[-1], seen.params.area(area), audience)
    return report_data(seen.params, edition, seen.files(theme), seen.index)


def numbers_known(data: ReportData, figures: Figures) -> set[str]:
    """Every number that may be said: of the figures, as printed at all decimals; of what changes are made of; of the
    months expected; and those in the words of measures, categories and events."""
    values: set[float] = {float(number) for number in range(13)}
    for row in figures.rows:
        for part in (row.value, row.previous_value, row.numerator, row.denominator, row.change, row.lower_95):
            values |= {abs(float(part))} if part is not None else set()
        for part in (row.upper_95, row.earlier_numerator, row.earlier_denominator):
            values |= {abs(float(part))} if part is not None else set()
        if row.value is not None and row.previous_value is not None:
            values.add(abs(float(row.value - row.previous_value)))
    for name in data.theme.measures:
        if not figures.of(name, "total"):
            continue
        for driver in drivers(data, figures, name):
            parts = [*driver.parts, *([driver.against] if driver.against else [])]
            values |= {abs(driver.part), abs(driver.change), sum(part.now for part in driver.parts)}
            values |= {sum(part.before for part in driver.parts), *(abs(part.change) for part in parts)}
        chart = figures.charts.get(name)
        for run in (*(chart.ended if chart else ()), *([chart.run] if chart and chart.run else ())):
            values |= {run.observed, run.expected}
        for limit in (*(chart.lower if chart else ()), *(chart.upper if chart else ())):
            values |= {float(int(limit)), float(int(limit) + 1)} if limit is not None else set()
    said = {f"{value:,.{decimals}f}" for value in values for decimals in range(3)}
    words = " ".join(
        [
            *(text for each in data.params.measures.values() for text in (each.title, each.subject or "", each.short)),
            *(data.label(row.measure, row.dimension, row.category) for row in figures.rows),
            *(caveat.text for caveat in data.theme.caveats),
        ]
    )
    years = {str(year) for year in range(2015, 2022)}
    return said | set(NUMBER.findall(words)) | years | {"1,000"}


@pytest.mark.parametrize(("theme", "area"), REPORTS)
def test_points_are_few_and_short_and_their_numbers_are_figures(seen: Seen, theme: str, area: str) -> None:
    data = data_of(seen, theme, area)
    report = Report(data)
    points = report.main_points().items
    assert 1 <= len([point for point in points if " recommendation" not in point]) <= MOST
    known = numbers_known(data, report.figures)
    for point in points:
        assert len(point.split()) <= MOST_WORDS + 12
        assert point[:1] == point[:1].upper()
        assert point.endswith(".") and ".." not in point and "  " not in point
        assert [number for number in NUMBER.findall(point) if number.rstrip(",") not in known] == []
        assert "because" not in point and "due to" not in point


@pytest.mark.parametrize("theme", ["domestic-abuse", "rape", "hate-crime", "asb"])
def test_the_first_measure_always_speaks(seen: Seen, theme: str) -> None:
    data = data_of(seen, theme, "force")
    first = data.measure(next(iter(data.theme.sections.values())).measures[0])
    assert any((first.subject or first.title) in point for point in Report(data).main_points().items)


def test_significant_stands_beside_significant_figures_alone(seen: Seen) -> None:
    for theme, area in REPORTS:
        data = data_of(seen, theme, area)
        report = Report(data)
        for name in data.theme.measures:
            for figure in report.figures.of(name, "total"):
                subject = data.measure(name).subject or data.measure(name).title
                said = [each for each in report.main_points().items if each.startswith(f"{subject} ")]
                claimed = any("a statistically significant" in each for each in said)
                same = [
                    other
                    for other in data.theme.measures
                    if (data.measure(other).subject or data.measure(other).title) == subject
                ]
                assert not claimed or figure.significant or len(same) > 1


def test_a_measure_that_is_gone_takes_its_own_sentences_along_and_no_others(seen: Seen) -> None:
    data = data_of(seen, "hate-crime", "force")
    whole = Report(data).main_points().items
    gone = "hate_repeat_victim_pct"
    theme = data.theme.model_copy(
        update={"measures": {name: by for name, by in data.theme.measures.items() if name != gone}}
    )
    sections = {
        key: each.model_copy(update={"measures": tuple(name for name in each.measures if name != gone)})
        for key, each in theme.sections.items()
    }
    kept = {key: each for key, each in sections.items() if each.measures}
    less = replace(
        data,
        params=replace(
            data.params, themes={**data.params.themes, data.theme_name: theme.model_copy(update={"sections": kept})}
        ),
    )
    left = Report(less).main_points().items
    subject = data.measure(gone).subject or ""
    others = [each for each in whole if subject.lower() not in each.lower() and not each.startswith("Not stat")]
    assert [each for each in others if each not in left] == []
    assert not [each for each in left if subject.lower() in each.lower()]
