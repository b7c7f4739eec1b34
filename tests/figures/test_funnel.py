"""The funnel: its limits against the Poisson distribution itself, and what a report says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.cubes.tallies import ThemeCubes
from thematic.displays import Chart, Sentence
from thematic.measures.breakdowns import Setting
from thematic.measures.disclosure import Audience, Gate
from thematic.measures.evaluation import evaluate
from thematic.report import drawings, funnels
from thematic.report.tables import Sheet
from thematic.stats.statistics import funnel_limits, funnel_standing
from warehouse_drawn import drawn, own_params, theme_cubes

EXPECTED = [0.01, 0.5, 1, 3.688, 3.69, 6.9, 6.92, 10, 57.3, 400, 2400, 20000]


@pytest.mark.parametrize("coverage", [0.95, 0.998])
@pytest.mark.parametrize("expected", EXPECTED)
def test_a_count_is_outside_where_its_tail_says_so(coverage: float, expected: float) -> None:
    tail = (1 - coverage) / 2
    (lower,), (upper,) = funnel_limits([expected], coverage)
    counts = np.arange(0, int(expected + 12 * np.sqrt(expected) + 20))
    assert list(counts >= upper) == list(stats.poisson.sf(counts - 1, expected) <= tail)
    assert list(counts <= lower) == list(stats.poisson.cdf(counts, expected) <= tail)
    assert np.isnan(lower) == (np.exp(-expected) > tail)


def test_limits_approach_the_normal_ones_for_large_counts() -> None:
    (lower,), (upper,) = funnel_limits([1_000_000], 0.95)
    assert (lower, upper) == pytest.approx((1_000_000 - 1960, 1_000_000 + 1960), abs=4)


def test_limits_widen_smoothly() -> None:
    means = np.linspace(4, 400, 2000)
    for coverage in (0.95, 0.998):
        lower, upper = funnel_limits(means, coverage)
        assert (np.diff(upper) > 0).all()
        assert (np.diff(lower[~np.isnan(lower)]) > 0).all()


@pytest.mark.parametrize(
    ("count", "standing"),
    [(69, (-1, 0.998)), (70, (-1, 0.998)), (71, (-1, 0.95)), (80, (-1, 0.95)), (81, (0, None)), (120, (0, None)),
     (121, (1, 0.95)), (132, (1, 0.95)), (133, (1, 0.998))],
)  # fmt: skip
def test_where_a_count_stands_round_100(count: int, standing: tuple[int, float | None]) -> None:
    assert funnel_standing(count, 100) == standing


DA = {"domestic": "Y", "offence_code": "8N", "offence_title": "Assault with injury"}
DA |= {"local_authority": "Halton", "offence_subgroup": "Violence with injury"}


def counted(folder: Path, places: dict[str, int]) -> ThemeCubes:
    """Domestic abuse crimes in January 2021, so many in each place."""
    rows = [f"2021-01-{1 + number % 28:02d} | {place}" for place, many in places.items() for number in range(many)]
    return theme_cubes(
        folder, "domestic-abuse", {"crimes": drawn("crimes", "\n".join(["recorded_on | lpu", *rows]), **DA)}
    )


def sheet(cubes: ThemeCubes, area: str = "force", audience: Audience = "internal") -> Sheet:
    params = own_params()
    setting = Setting(params, cubes, params.area(area), Month.parse("2021-01"))
    return Sheet(params, evaluate(setting, Gate(params.disclosure, audience)), setting.area, setting.period, "Drawn")


LEVEL = {"Chester": 152, "Crewe": 201, "Ellesmere Port": 81, "Macclesfield": 186, "Northwich": 110, "Runcorn": 65}
LEVEL |= {"Warrington": 209, "Widnes": 65, "": 500}


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> ThemeCubes:
    return counted(tmp_path_factory.mktemp("level"), LEVEL)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> ThemeCubes:
    return counted(tmp_path_factory.mktemp("uneven"), LEVEL | {"Widnes": 110, "Crewe": 3})


def test_places_alike_are_all_within(level: ThemeCubes) -> None:
    chart = funnels.funnel(sheet(level), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    assert chart.title == "No Local Policing Unit is further from the others than chance explains"
    assert chart.alt.startswith("Funnel plot of 8 Local Policing Units. Within the limits: Chester, Crewe, ")
    assert [row[-1] for row in chart.table.rows] == ["Within the limits"] * 8 + ["[z]"]
    assert chart.table.rows[-1][:4] == ["All of them together", "1,069,646", "1,069", "1.0"], "none without a location"


def test_those_outside_are_named_and_told_in_words(uneven: ThemeCubes) -> None:
    chart = funnels.funnel(sheet(uneven), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    assert "2 of 8 Local Policing Units are further" in chart.title
    assert chart.title.endswith("above Widnes; below Crewe")
    assert "Above the 99.8% limits: Widnes. Below the 99.8% limits: Crewe." in chart.alt
    rows = {row[0]: row for row in chart.table.rows}
    assert rows["Widnes"][1:4] == ["65,160", "110", "1.7"]
    assert rows["Widnes"][-1] == "Above the 99.8% limits"
    least, most = (int(end) for end in rows["Widnes"][4].split(" to "))
    assert (
        stats.poisson.cdf(least, 65160 * 916 / 1069646) > 0.025 >= stats.poisson.cdf(least - 1, 65160 * 916 / 1069646)
    )
    assert stats.poisson.sf(most - 1, 65160 * 916 / 1069646) > 0.025 >= stats.poisson.sf(most, 65160 * 916 / 1069646)


def test_a_unit_stands_out_in_its_own_funnel(level: ThemeCubes) -> None:
    chart = funnels.funnel(sheet(level, "widnes"), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    strong = re.findall(r"<text [^>]*600[^>]*>([^<]+)</text>", chart.svg)
    assert strong == ["Widnes"]


def test_the_public_see_a_funnel_of_released_counts_alone(uneven: ThemeCubes) -> None:
    chart = funnels.funnel(sheet(uneven, audience="public"), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    rows = {row[0]: row for row in chart.table.rows}
    assert rows["Crewe"][1:] == ["[c]"] * 6
    assert "Crewe" not in chart.svg + chart.alt + chart.title
    assert rows["Widnes"][2] == "110"
    assert rows["Chester"][2] == "150"
    assert "Funnel plot of 7 " in chart.alt


@pytest.mark.parametrize("places", [{}, {"": 9}])
def test_where_there_is_nothing_to_draw_it_says_so(tmp_path: Path, places: dict[str, int]) -> None:
    found = funnels.funnel(sheet(counted(tmp_path, places | {"": 1})), "da_rate_per_1000")
    assert isinstance(found, Sentence)
    assert "no funnel plot can be drawn" in found.text


def test_a_funnel_of_what_is_no_rate_is_refused(level: ThemeCubes) -> None:
    with pytest.raises(ArgumentsRefused, match="'da_recorded' has no funnel: it is a count"):
        funnels.funnel(sheet(level), "da_recorded")


def test_the_months_say_what_their_band_is_and_which_are_unusual(uneven: ThemeCubes) -> None:
    chart = drawings.months(sheet(uneven), "da_recorded")
    assert isinstance(chart, Chart)
    assert any("the same month's average over the two years before" in note for note in chart.notes)
    assert chart.alt.endswith("Unusually high or rising: January 2021.")
    assert [column.label for column in chart.table.columns][-2:] == ["Normal variation", "Unusual"]
    assert [row[-2:] for row in chart.table.rows] == [["0 to 3", "No"]] * 35 + [["0 to 3", "High"]]


def test_a_withheld_month_leaves_the_public_without_limits(tmp_path: Path) -> None:
    shown = sheet(counted(tmp_path, {"Widnes": 3}), audience="public")
    chart = drawings.months(shown, "da_recorded")
    assert isinstance(chart, Chart)
    assert len(chart.table.columns) == 3
    assert "limit" not in chart.svg
    assert not any("band" in note for note in chart.notes)
