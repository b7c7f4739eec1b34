"""A rate that is not available for want of a population says which area has none: a unit, one of the force's, a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from thematic.measures.figures import Figures
from thematic.params import Params
from thematic.params.areas import AreaParams, Level
from thematic.report.report import Report
from warehouse_drawn import DrawnCubes, drawn, figures, own_params, report_data, theme_cubes

RATE, BLACK, PERIOD = "da_rate_per_1000", "stop_rate_black_per_1000", "2021-01"
DA = {"domestic": "Y", "offence_code": "8N", "offence_title": "Assault with injury"}
UNITS = [area.name for area in own_params().unit_areas]


def changed(change: Mapping[str, Mapping[str, Any]], more: tuple[AreaParams, ...] = ()) -> Params:
    """The product's params, some units with other declarations, and more units."""
    params = own_params()
    level = params.levels[params.units]
    areas = [area.model_copy(update=change.get(area.name, {})) for area in level.areas]
    levels = {**params.levels, params.units: level.model_copy(update={"areas": (*areas, *more)})}
    return replace(params, levels=levels)


def without(*units: str, more: tuple[AreaParams, ...] = ()) -> Params:
    return changed({name: {"population": {}} for name in units}, more)


def cubes(folder: Path, params: Params, **told: Any) -> DrawnCubes:
    crimes = drawn(
        "crimes", "recorded_on | lpu\n2020-06-01 | Widnes\n2020-06-02 | Crewe", **DA, local_authority="Halton"
    )
    return theme_cubes(folder, "domestic-abuse", {"crimes": crimes}, params=params, **told)


def reasons(found: Figures, dimension: str, measure: str = RATE) -> list[str]:
    return [reason for reason in found.reasons.get((measure, dimension), []) if "No location" not in reason]


def test_a_unit_without_a_population_is_named_beside_its_rate_and_the_forces(tmp_path: Path) -> None:
    made = cubes(tmp_path, without("Crewe"))
    whole, crewe, widnes = (figures(made, PERIOD, area=area) for area in ("force", "crewe", "widnes"))
    why = "no population is known for Crewe"
    assert reasons(whole, "total") == reasons(whole, "lpu") == [why]
    assert reasons(crewe, "total") == reasons(crewe, "force") == [why]
    assert (reasons(widnes, "total"), reasons(widnes, "force")) == ([], [why])
    rates = {row.category: row.status for row in whole.of(RATE, "lpu")}
    assert rates["Crewe"] == "[x]" and rates["Widnes"] != "[x]"
    table = Report(report_data(made, PERIOD)).by_place("lpu", RATE)
    assert table is not None and f"[x] not available: {why}." in table.notes


@pytest.mark.parametrize(
    ("units", "named"),
    [(["Crewe", "Widnes"], "Crewe, Widnes"), (UNITS[1:], ", ".join(UNITS[1:])), (UNITS, "Cheshire Constabulary")],
)
def test_the_force_names_every_unit_that_has_none_or_itself_where_all_have_none(
    tmp_path: Path, units: list[str], named: str
) -> None:
    found = figures(cubes(tmp_path, without(*units)), PERIOD)
    [why] = reasons(found, "total")
    assert sorted(why.removeprefix("no population is known for ").split(", ")) == sorted(named.split(", "))


def test_of_many_units_the_first_are_named(tmp_path: Path) -> None:
    more = tuple(AreaParams(slug=f"new-{number}", name=f"New {number}") for number in range(8))
    found = figures(cubes(tmp_path, without(more=more)), PERIOD)
    listed = ", ".join(f"New {number}" for number in range(6))
    assert reasons(found, "total") == [f"no population is known for {listed} and 2 more"]
    one_less = figures(cubes(tmp_path, without(more=more[:7])), PERIOD)
    assert reasons(one_less, "total") == [f"no population is known for {listed}, New 6"]


def test_a_unit_that_is_not_open_needs_none(tmp_path: Path) -> None:
    closed = AreaParams.model_validate({"slug": "old", "name": "Old", "valid_to": "2019-12-31"})
    assert reasons(figures(cubes(tmp_path, without(more=(closed,))), PERIOD), "total") == []


def test_an_area_that_is_the_sum_of_others_names_those_without(tmp_path: Path) -> None:
    params = without("Crewe")
    both = AreaParams.model_validate({"slug": "both", "name": "Both", "members": ["crewe", "widnes"], "of": "lpu"})
    level = params.levels["local_authority"]
    levels = {**params.levels, "local_authority": level.model_copy(update={"areas": (*level.areas, both)})}
    found = figures(cubes(tmp_path, replace(params, levels=levels)), PERIOD)
    assert reasons(found, "local_authority") == ["no population is known for Crewe"]


def test_where_populations_come_with_a_lookup_it_is_the_lookup_that_gives_none(tmp_path: Path) -> None:
    known = {"lpu": {name: 1000 for name in UNITS if name != "Crewe"}, "local_authority": {}}
    found = figures(cubes(tmp_path, own_params(), populations=known), PERIOD)
    assert reasons(found, "total") == ["no population is known for Crewe"]


def by_ethnicity(folder: Path, groups: Mapping[str, dict[str, int]]) -> DrawnCubes:
    """Searches in a force whose units give people by ethnicity, in these groups."""
    params = changed({name: {"population_by": {"ethnicity": {2020: people}}} for name, people in groups.items()})
    silent = params.levels["local_authority"]
    others = Level.model_validate(silent.model_dump(by_alias=True, exclude={"areas": {"__all__": {"population_by"}}}))
    params = replace(params, levels={**params.levels, "local_authority": others})
    rows = drawn("stop_searches", "searched_on | ethnicity\n2020-03-01 | black", lpu="Widnes", local_authority="Halton")
    return theme_cubes(folder, "stop-and-search", {"stop_searches": rows}, params=params)


def test_a_unit_without_people_by_ethnicity_is_named_beside_the_forces_rate(tmp_path: Path) -> None:
    groups = {name: {"white": 900, "black": 50} for name in UNITS if name != "Crewe"}
    found = figures(by_ethnicity(tmp_path, groups), PERIOD)
    assert reasons(found, "total", BLACK) == ["no population by ethnicity is known for Crewe"]


def test_a_unit_that_lacks_one_group_is_named_with_it(tmp_path: Path) -> None:
    groups = {name: {"white": 900, **({} if name == "Crewe" else {"black": 50})} for name in UNITS}
    made = by_ethnicity(tmp_path, groups)
    why = "no population by ethnicity is known for Black in Crewe"
    assert reasons(figures(made, PERIOD), "total", BLACK) == [why]
    crewe = figures(made, PERIOD, area="crewe")
    assert reasons(crewe, "total", BLACK) == [why]
    assert why in reasons(crewe, "ethnicity", "stop_rate_per_1000")
