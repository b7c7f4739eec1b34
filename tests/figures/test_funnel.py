"""The funnel: its limits against the Poisson distribution itself, and what a report says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, Sentence
from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.params.declared import Audience
from thematic.report import drawings, funnels
from thematic.stats.statistics import funnel_limits, funnel_standing
from warehouse_drawn import DrawnCubes, drawn, figures, report_data, theme_cubes

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


def counted(folder: Path, places: dict[str, int]) -> DrawnCubes:
    """Domestic abuse crimes in January 2021, so many in each place."""
    rows = [f"2021-01-{1 + number % 28:02d} | {place}" for place, many in places.items() for number in range(many)]
    return theme_cubes(
        folder, "domestic-abuse", {"crimes": drawn("crimes", "\n".join(["recorded_on | lpu", *rows]), **DA)}
    )


def shown(cubes: DrawnCubes, area: str = "force", audience: Audience = "internal") -> tuple[ReportData, Figures]:
    data = report_data(cubes, "2021-01", area, audience)
    return data, figures(cubes, "2021-01", area=area, audience=audience)


LEVEL = {"Chester": 152, "Crewe": 201, "Ellesmere Port": 81, "Macclesfield": 186, "Northwich": 110, "Runcorn": 65}
LEVEL |= {"Warrington": 209, "Widnes": 65, "": 500}


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    return counted(tmp_path_factory.mktemp("level"), LEVEL)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    return counted(tmp_path_factory.mktemp("uneven"), LEVEL | {"Widnes": 110, "Crewe": 3})


def test_places_alike_are_all_within(level: DrawnCubes) -> None:
    chart = funnels.funnel(*shown(level), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    assert chart.title == "No Local Policing Unit is further from the others than chance explains"
    assert chart.alt.startswith("Funnel plot of 8 Local Policing Units. Within the limits: Chester, Crewe, ")
    assert [row[-1] for row in chart.table.texts] == ["Within the limits"] * 8 + ["[z]"]
    assert chart.table.texts[-1][:4] == ["All of them together", "1,069,646", "1,069", "1.0"], "none without a location"


def test_those_outside_are_named_and_told_in_words(uneven: DrawnCubes) -> None:
    chart = funnels.funnel(*shown(uneven), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    assert "2 of 8 Local Policing Units are further" in chart.title
    assert chart.title.endswith("above Widnes; below Crewe")
    assert "Above the 99.8% limits: Widnes. Below the 99.8% limits: Crewe." in chart.alt
    rows = {row[0]: row for row in chart.table.texts}
    assert rows["Widnes"][1:4] == ["65,160", "110", "1.7"]
    assert rows["Widnes"][-1] == "Above the 99.8% limits"
    least, most = (int(end) for end in rows["Widnes"][4].split(" to "))
    assert (
        stats.poisson.cdf(least, 65160 * 916 / 1069646) > 0.025 >= stats.poisson.cdf(least - 1, 65160 * 916 / 1069646)
    )
    assert stats.poisson.sf(most - 1, 65160 * 916 / 1069646) > 0.025 >= stats.poisson.sf(most, 65160 * 916 / 1069646)


def test_a_unit_stands_out_in_its_own_funnel(level: DrawnCubes) -> None:
    chart = funnels.funnel(*shown(level, "widnes"), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    strong = re.findall(r"<text [^>]*600[^>]*>([^<]+)</text>", chart.svg)
    assert strong == ["Widnes"]


def test_the_public_see_a_funnel_of_released_counts_alone(uneven: DrawnCubes) -> None:
    chart = funnels.funnel(*shown(uneven, audience="public"), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    rows = {row[0]: row for row in chart.table.texts}
    assert rows["Crewe"][1:] == ["[c]"] * 6
    assert "Crewe" not in chart.svg + chart.alt + chart.title
    assert rows["Widnes"][2] == "110"
    assert rows["Chester"][2] == "150"
    assert "Funnel plot of 7 " in chart.alt


@pytest.mark.parametrize("places", [{}, {"": 9}])
def test_where_there_is_nothing_to_draw_it_says_so(tmp_path: Path, places: dict[str, int]) -> None:
    found = funnels.funnel(*shown(counted(tmp_path, places | {"": 1})), "da_rate_per_1000")
    assert isinstance(found, Sentence)
    assert "no funnel plot can be drawn" in found.text


def test_a_funnel_of_what_is_no_rate_is_refused(level: DrawnCubes) -> None:
    with pytest.raises(ArgumentsRefused, match="'da_recorded' is no rate: its unit is count"):
        funnels.funnel(*shown(level), "da_recorded")


def test_the_months_say_what_their_band_is_and_which_are_unusual(uneven: DrawnCubes) -> None:
    chart = drawings.months(*shown(uneven), "da_recorded")
    assert isinstance(chart, Chart)
    assert any("the same month's average over the two years before" in note for note in chart.notes)
    assert chart.alt.endswith("Unusually high or rising: January 2021.")
    assert [column.label for column in chart.table.columns][-2:] == ["Normal variation", "Unusual"]
    assert [row[-2:] for row in chart.table.texts] == [["0 to 3", "No"]] * 35 + [["0 to 3", "High"]]


def test_a_withheld_month_leaves_the_public_without_limits(tmp_path: Path) -> None:
    found = shown(counted(tmp_path, {"Widnes": 3}), audience="public")
    chart = drawings.months(*found, "da_recorded")
    assert isinstance(chart, Chart)
    assert len(chart.table.columns) == 3
    assert "limit" not in chart.svg
    assert not any("band" in note for note in chart.notes)
