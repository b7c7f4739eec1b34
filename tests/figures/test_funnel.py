"""What a report says of a rate's units: in a funnel, or in a dot plot where a funnel would say nothing."""

from __future__ import annotations

import math
import re
from pathlib import Path
from statistics import quantiles

import pytest

from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, Sentence
from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.params.declared import Audience
from thematic.report import funnels
from warehouse_drawn import DrawnCubes, drawn, figures, report_data, theme_cubes

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
    """Widnes somewhat above the others, Crewe far below."""
    return counted(tmp_path_factory.mktemp("uneven"), LEVEL | {"Widnes": 85, "Crewe": 100})


@pytest.fixture(scope="module")
def different(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    """Units that differ so much that a funnel would say nothing of one."""
    return counted(tmp_path_factory.mktemp("different"), LEVEL | {"Widnes": 110, "Crewe": 3})


def drawn_of(cubes: DrawnCubes, area: str = "force", audience: Audience = "internal") -> Chart:
    chart = funnels.funnel(*shown(cubes, area, audience), "da_rate_per_1000")
    assert isinstance(chart, Chart)
    return chart


def test_places_alike_are_all_within(level: DrawnCubes) -> None:
    chart = drawn_of(level)
    assert chart.title == "No Local Policing Unit is outside the limits that allow for their differences"
    assert chart.alt.startswith("Funnel plot of 8 Local Policing Units. Within the limits: Chester, Crewe, ")
    assert [row[-1] for row in chart.table.texts] == ["Within the limits"] * 8 + ["[z]"]
    assert chart.table.texts[-1][:4] == ["All of them together", "1,069,646", "1,069", "1.0"], "none without a location"
    assert "allow for chance; beyond that these Local Policing Units do not differ measurably" in chart.notes[0]


def test_those_outside_are_named_and_described_in_words(uneven: DrawnCubes) -> None:
    chart = drawn_of(uneven)
    assert chart.title == "1 of 8 Local Policing Units is outside the 99.8% limits: below Crewe"
    assert "Below the 99.8% limits: Crewe. Above the 95% limits: Widnes. Within the limits: Chester, " in chart.alt
    assert "how much these Local Policing Units differ anyway, by about 10% (a standard deviation)" in chart.notes[0]
    rows = {row[0]: row for row in chart.table.texts}
    assert rows["Widnes"][1:4] == ["65,160", "85", "1.3"]
    assert (rows["Widnes"][-1], rows["Crewe"][-1]) == ("Above the 95% limits", "Below the 99.8% limits")


def test_the_limits_in_the_table_are_those_of_the_formula(uneven: DrawnCubes) -> None:
    """Spiegelhalter's additive variance on the scale of the power 2/3, worked out here in plain numbers."""
    rows = {row[0]: row for row in drawn_of(uneven).table.texts}
    counts = {name: int(row[2]) for name, row in rows.items() if name != "All of them together"}
    people = {name: int(rows[name][1].replace(",", "")) for name in counts}
    rate = sum(counts.values()) / sum(people.values())
    names = list(counts)
    expected = [rate * people[name] for name in names]
    z = [math.log(counts[n] / e) * math.sqrt(e) for n, e in zip(names, expected, strict=True)]
    tenths = quantiles(z, n=10, method="inclusive")
    q = sum(min(max(each, tenths[0]), tenths[-1]) ** 2 for each in z) / 0.72
    total = sum(expected)
    variance = max(0.0, (q - (len(z) - 1)) / (total - sum(e**2 for e in expected) / total))
    assert math.sqrt(variance) == pytest.approx(0.1, abs=0.01)
    for name, e in zip(names, expected, strict=True):
        for place, deviate in ((4, 1.96), (5, 3.09)):
            reach = deviate * 2 / 3 * e ** (-1 / 3) * math.sqrt(e + variance * e**2)
            ends = [math.ceil((e ** (2 / 3) - reach) ** 1.5), math.floor((e ** (2 / 3) + reach) ** 1.5)]
            assert rows[name][place] == f"{ends[0]} to {ends[1]}"


def test_a_unit_stands_out_in_its_own_funnel(level: DrawnCubes) -> None:
    chart = drawn_of(level, "widnes")
    assert re.findall(r"<text [^>]*600[^>]*>([^<]+)</text>", chart.svg) == ["Widnes"]


def test_the_public_see_dots_of_released_counts_and_the_note_says_why(uneven: DrawnCubes) -> None:
    chart = drawn_of(uneven, audience="public")
    assert chart.notes[0] == (
        "No funnel plot is drawn: its limits would have to allow for the rounding of the numbers too."
    )
    counts = [int(row[2]) for row in chart.table.texts if row[2].isdigit()]
    assert len(counts) > 5 and {count % 5 for count in counts} == {0}


def test_units_that_differ_too_much_are_dots_with_intervals_and_the_note_says_why(different: DrawnCubes) -> None:
    chart = drawn_of(different)
    assert chart.alt == (
        "Dot plot of 8 Local Policing Units around 0.9 per 1,000. Wholly above it: Widnes (1.7), Macclesfield (1.0) and "
        "Warrington (1.0). Wholly below it: Crewe ([low])."
    )
    assert chart.notes[0] == (
        "No funnel plot is drawn: the Local Policing Units differ by about 66% for reasons of their own (at most 30% can "
        "be allowed for), so it would say only that they differ."
    )
    assert "limits" not in chart.title + chart.svg
    assert [row[0] for row in chart.table.texts] == [
        *("Widnes", "Runcorn", "Macclesfield", "Chester", "Warrington", "Northwich", "Ellesmere Port", "Crewe")
    ]
    assert chart.table.texts[0] == ["Widnes", "65,160", "110", "1.7", "1.4 to 2.0"]
    assert chart.table.texts[-1] == ["Crewe", "200,992", "3", "[low]", "0.0 to 0.0"]


def test_a_unit_stands_out_among_the_dots(different: DrawnCubes) -> None:
    chart = drawn_of(different, "widnes")
    assert set(re.findall(r"<text [^>]*600[^>]*>([^<]+)</text>", chart.svg)) == {"Widnes", "1.7"}


def test_fewer_than_five_expected_of_a_unit_are_dots(tmp_path: Path) -> None:
    chart = drawn_of(counted(tmp_path, {name: max(1, many // 16) for name, many in LEVEL.items()}))
    assert chart.notes[0] == (
        "No funnel plot is drawn: one of the Local Policing Units would be expected to have fewer than 5."
    )


@pytest.mark.parametrize("places", [{}, {"": 9}])
def test_where_there_is_nothing_to_draw_it_says_so(tmp_path: Path, places: dict[str, int]) -> None:
    found = funnels.funnel(*shown(counted(tmp_path, places | {"": 1})), "da_rate_per_1000")
    assert isinstance(found, Sentence)
    assert "no funnel plot can be drawn" in found.text


def test_a_funnel_of_what_is_no_rate_is_refused(level: DrawnCubes) -> None:
    with pytest.raises(ArgumentsRefused, match="'da_recorded' is no rate: its unit is count"):
        funnels.funnel(*shown(level), "da_recorded")
