"""No sentence of the sample's reports contradicts its figure, nor what is drawn beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from thematic.cubes import cubes
from thematic.measures.data import ReportData
from thematic.measures.expectations import MonthsExpected
from thematic.measures.figures import Figure, Figures
from thematic.measures.release import released
from thematic.params import load_params
from thematic.params.themes import MONTH, TOTAL
from thematic.report import drawings
from warehouse_drawn import DrawnCubes, own_params, report_data, sample_workbook

REPORTS = [
    *(("force", period) for period in ("2021-01", "2020-05", "2019-01")),
    *(("widnes", period) for period in ("2020-09", "2019-12", "2018-03")),
]
CLAUSE = re.compile(r"(higher|lower) than expected \(([\d,]+) against ([\d,]+)\)")
ITSELF = re.compile(r"(\w+) itself (stood out|was unusually low) \(([\d,]+); (?:up to )?([\d,]+)")


@dataclass(frozen=True)
class Said:
    """A sentence, and the figure and the chart that it speaks of."""

    report: str
    sentence: str
    figure: Figure
    chart: MonthsExpected | None
    months: list[Figure]

    @property
    def trend(self) -> str:
        return self.figure.trend or ""


@dataclass(frozen=True)
class Released:
    """A report's figures, and what they were made from."""

    name: str
    data: ReportData
    figures: Figures


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Released]:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    params, index = load_params(workbook), cubes.load_index(workbook)
    assert index is not None
    return [
        Released(f"{theme} {area} {period} {audience}", data, released(data))
        for theme in params.themes
        for found in (DrawnCubes(params, theme, index, cubes.read_bytes(workbook, theme)),)
        for area, period in REPORTS
        for audience in ("internal", "public")
        for data in (report_data(found, period, area, audience),)
    ]


@pytest.fixture(scope="module")
def said(reports: list[Released]) -> list[Said]:
    return [each for report in reports for each in _sentences(report)]


def _sentences(report: Released) -> Iterator[Said]:
    figures = report.figures
    for name in report.data.theme.measures:
        if figures.of(name, TOTAL):
            sentence = drawings.said(report.data, figures, name)
            chart, months = figures.charts.get(name), figures.of(name, MONTH)
            yield Said(f"{report.name} {name}", sentence, figures.one(name), chart, months)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_every_theme_has_its_sentences(said: list[Said]) -> None:
    assert {each.report.split()[0] for each in said} == set(own_params().themes)
    assert len(said) > 1000


def test_what_rose_has_a_change_above_0_and_what_fell_one_below(said: list[Said]) -> None:
    rose = [each for each in said if re.search(r" rose (by|from) ", each.sentence)]
    fell = [each for each in said if re.search(r" fell (by|from) ", each.sentence)]
    assert len(rose) > 50 and len(fell) > 50
    for each in rose:
        assert each.figure.change is not None and each.figure.change > 0, each
    for each in fell:
        assert each.figure.change is not None and each.figure.change < 0, each


@pytest.mark.parametrize(
    ("words", "is_right"),
    [
        (", a statistically significant change", lambda each: each.figure.significant is True),
        ("could be chance", lambda each: each.trend in ("Increase", "Decrease")),
        ("little changed", lambda each: each.trend == "Stable"),
    ],
)
def test_the_words_of_a_verdict_stand_where_it_is_given_and_nowhere_else(said: list[Said], words, is_right) -> None:
    found = [each for each in said if words in each.sentence]
    assert found
    assert [each.report for each in found if not is_right(each)] == []
    assert [(each.report, each.sentence) for each in said if is_right(each) and words not in each.sentence] == []


def test_only_no_clear_change_says_what_would_not_show(said: list[Said]) -> None:
    found = [each for each in said if "would not stand out from chance" in each.sentence]
    assert found
    assert {each.trend for each in found} == {"No clear change"}


def test_no_significant_change_is_said_of_none_that_is(said: list[Said]) -> None:
    for each in said:
        if "no statistically significant change" in each.sentence:
            assert each.figure.significant is False, each


def test_the_verdict_and_significant_are_never_at_odds(said: list[Said]) -> None:
    for each in said:
        if each.figure.significant is None:
            assert each.figure.trend is None, each
        else:
            assert each.trend.startswith("Significant") is each.figure.significant, each
        if "ncrease" in each.trend or "ecrease" in each.trend:
            assert each.figure.change is not None, each
            assert each.figure.change * (1 if "ncrease" in each.trend else -1) > 0, each


def test_a_clause_on_recent_months_is_that_of_the_chart(said: list[Said]) -> None:
    """A run that goes on, else the last month outside its limits, else the latest run that is over, else nothing."""
    kinds = set()
    for each in said:
        clause, itself = CLAUSE.search(each.sentence), ITSELF.search(each.sentence)
        chart = each.chart
        if chart is None or not (chart.run or chart.outside[-1] or chart.ended):
            assert not clause and not itself, each
            continue
        run = chart.run or (None if chart.outside[-1] else chart.ended[0])
        if run is not None:
            assert clause and not itself, each
            assert clause[1] == {"high": "higher", "low": "lower"}[run.side]
            assert (number(clause[2]), number(clause[3])) == (round(run.observed), round(run.expected))
            assert (run.observed > run.expected) is (run.side == "high")
            assert (run is chart.run) is (" it has been " in each.sentence), each
            kinds.add("run" if run is chart.run else "over")
        else:
            assert itself and not clause, each
            latest, limit = number(itself[3]), number(itself[4])
            assert latest == each.months[-1].value
            assert (latest > limit) if itself[2] == "stood out" else (latest < limit), each
            kinds.add("month")
    assert kinds == {"run", "month", "over"}


def test_a_clause_that_agrees_with_a_significant_verdict_is_joined_by_and_one_that_does_not_by_but(
    said: list[Said],
) -> None:
    found = 0
    for each in said:
        clause = CLAUSE.search(each.sentence)
        if clause and each.figure.significant:
            found += 1
            same = (clause[1] == "higher") is (each.trend == "Significant increase")
            joined = re.search(r"a statistically significant change, (and|but) ", each.sentence)
            assert joined and joined[1] == ("and" if same else "but"), each
    assert found


def test_the_public_are_told_of_released_months_alone(said: list[Said]) -> None:
    public = [each for each in said if " public " in each.report and each.chart is not None]
    assert public
    for each in public:
        assert all(row.value is not None for row in each.months), each
        for run in (each.chart.run, *each.chart.ended):  # type: ignore[union-attr]
            if run is not None:
                months = [row for row in each.months if str(run.first) <= row.category <= str(run.last)]
                assert run.observed == sum(row.value or 0 for row in months), each


def test_a_figure_that_is_confidential_has_no_verdict(reports: list[Released]) -> None:
    """Of all figures of the public reports, in whatever breakdown; among them such as the internal report tests."""
    pairs = []
    for report, other in zip(reports[::2], reports[1::2], strict=True):
        own = {(row.measure, row.dimension, row.category): row for row in report.figures.rows}
        for row in other.figures.rows:
            if "[c]" in (row.status, row.change_status):
                pairs.append((report.name, own.get((row.measure, row.dimension, row.category)), row))
    assert any(own is not None and own.trend in ("Increase", "Decrease") for _, own, _ in pairs)
    for name, _, public in pairs:
        assert (public.significant, public.trend) == (None, None), (name, public)
