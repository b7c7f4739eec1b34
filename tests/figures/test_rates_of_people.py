"""Rates of people of a kind are over people of that kind, and say why they are not to be had; outcomes in broad words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from thematic.measures.figures import Figures
from thematic.params import Params
from thematic.params.areas import Level
from thematic.report.report import Report
from warehouse_drawn import DrawnCubes, drawn, figures, own_params, report_data, theme_cubes

SEARCHES = """
    searched_on | ethnicity  | outcome              | outcome_linked
    2020-03-01  | white      | Arrest               | Y
    2020-03-02  | white      | Community resolution | N
    2020-03-03  | black      | Suspect arrested     |
    2020-03-04  | black      |                      |
    2020-03-05  | not_stated | A no further action disposal |
    2020-03-06  |            | Article found - Detailed outcome unavailable | Y
"""
PLACE = {"lpu": "Widnes", "local_authority": "Halton"}


def with_people(params: Params, by: dict[str, dict[int, dict[str, int]]]) -> Params:
    """The same with other people by category for each area that gives any."""

    def changed(level: Level) -> Level:
        areas = [area.model_copy(update={"population_by": by if area.population_by else {}}) for area in level.areas]
        return level.model_copy(update={"areas": areas})

    return replace(params, levels={name: changed(level) for name, level in params.levels.items()})


def searches(folder: Path, params: Params | None = None) -> DrawnCubes:
    rows = drawn("stop_searches", SEARCHES, **PLACE)
    return theme_cubes(folder, "stop-and-search", {"stop_searches": rows}, params=params)


def by_ethnicity(found: Figures) -> dict[str, tuple[object, object, str]]:
    rows = found.of("stop_rate_per_1000", "ethnicity")
    return {row.category: (row.numerator, row.denominator, row.status) for row in rows}


def test_each_group_is_over_its_own_people_and_searches_of_no_group_over_nobody(tmp_path: Path) -> None:
    found = figures(searches(tmp_path), "2021-01")
    assert by_ethnicity(found) == {
        "white": (2, 1_038_185, "[low]"),
        "mixed": (0, 17_476, ""),
        "asian": (0, 25_152, ""),
        "black": (2, 6_616, ""),
        "other": (0, 7_943, ""),
        "not_stated": (None, None, "[x]"),
        "missing": (None, None, "[x]"),
    }
    assert found.one("stop_rate_per_1000").denominator == 1_069_646
    ratio = found.one("stop_black_white_ratio")
    assert ratio.value == pytest.approx((2 / 6_616) / (2 / 1_038_185))
    assert (
        "the population by ethnicity is that of 2021, the earliest that is given"
        in found.notes["stop_rate_black_per_1000", "total"]
    )


def test_shares_of_searches_are_of_all_searches(tmp_path: Path) -> None:
    found = figures(searches(tmp_path), "2021-01")
    shares = {name: found.one(name) for name in ("stop_arrest_pct", "stop_action_pct", "stop_linked_pct")}
    assert {name: (row.numerator, row.denominator) for name, row in shares.items()} == {
        "stop_arrest_pct": (2, 6),
        "stop_action_pct": (3, 6),
        "stop_linked_pct": (2, 6),
    }
    assert all(row.lower_95 is not None for row in shares.values()), "shares, and not ratios"


@pytest.mark.parametrize(("area", "named"), [("force", "Cheshire Constabulary"), ("widnes", "Widnes")])
def test_a_force_without_people_by_ethnicity_has_no_rate_of_a_group_and_the_page_says_why(
    tmp_path: Path, area: str, named: str
) -> None:
    params = with_people(own_params(), {})
    cubes = searches(tmp_path, params)
    found, why = figures(cubes, "2021-01", area=area), f"no population by ethnicity is known for {named}"
    assert {status for *_, status in by_ethnicity(found).values()} == {"[x]"}
    assert found.reasons["stop_rate_per_1000", "ethnicity"] == [why]
    for name in ("stop_rate_black_per_1000", "stop_rate_white_per_1000", "stop_black_white_ratio"):
        assert (found.one(name).status, found.reasons[name, "total"]) == ("[x]", [why])
    assert found.one("stop_rate_per_1000").value is not None, "all residents are known"
    page = Report(report_data(cubes, "2021-01", area)).at_a_glance("at_a_glance").html()
    assert f"[x] not available: {why}." in page.replace("\u00a0", " ")


def test_only_a_unit_that_gives_none_lacks_the_people_of_a_group(tmp_path: Path) -> None:
    found = figures(searches(tmp_path), "2021-01", area="widnes")
    assert found.reasons["stop_rate_white_per_1000", "total"] == ["no population by ethnicity is known for Widnes"]
    assert found.one("stop_rate_white_per_1000", "force").denominator == 1_038_185


def test_a_group_that_the_areas_do_not_count_has_no_rate(tmp_path: Path) -> None:
    params = with_people(own_params(), {"ethnicity": {2019: {"white": 900, "bme": 50}}})
    found = figures(searches(tmp_path, params), "2021-01")
    assert found.one("stop_rate_white_per_1000").denominator == 4 * 900
    assert found.one("stop_rate_black_per_1000").status == "[x]"
    assert found.reasons["stop_black_white_ratio", "total"] == ["no population by ethnicity is known for Black"]
    assert ("stop_rate_white_per_1000", "total") not in found.notes, "it is of no later year"


def test_outcomes_in_broad_words_are_counted_by_their_own_date(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | outcome_type                                  | outcome_on
        2019-12-01  | Suspect charged                               | 2020-02-01
        2020-03-01  | Suspect charged as part of another case       | 2020-03-02
        2020-03-01  | Local resolution                              | 2020-03-02
        2020-03-01  | Investigation complete; no suspect identified | 2020-03-02
        2020-03-01  | Unable to prosecute suspect                   | 2021-01-31
        2020-03-01  | Unable to prosecute suspect                   | 2021-02-01
        2020-03-01  | Formal action is not in the public interest   | 2020-03-02
        2020-03-01  |                                               |
    """, offence_code="8N", crime_type="Violence and sexual offences", **PLACE)  # fmt: skip
    found = figures(theme_cubes(tmp_path, "recorded-crime", {"crimes": crimes}, latest="2021-03"), "2021-01")
    names = ("crime_charged_pct", "crime_out_of_court_pct", "crime_no_suspect_pct", "crime_unable_pct")
    assert [(found.one(name).numerator, found.one(name).denominator) for name in names] == [
        (2, 7),
        (1, 7),
        (1, 7),
        (1, 7),
    ]
    assert found.one("crime_outcomes").value == 6
    types = {row.category: row.value for row in found.of("crime_recorded", "crime_type")}
    assert types == {"Violence and sexual offences": 7}
