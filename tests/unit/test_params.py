"""params/ is read whole: every problem is listed at once, with its file, key, value and fix."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from thematic.core.errors import ParamsRefused
from thematic.core.workbook import Workbook
from thematic.params import load_params
from thematic.params.checks.disclosure import disclosure_warnings
from thematic.params.warnings import params_warnings
from warehouse_drawn import ROOT


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return Workbook(tmp_path)


def change(workbook: Workbook, file: str, before: str, after: str) -> None:
    path = workbook.params / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def refusal(workbook: Workbook) -> str:
    with pytest.raises(ParamsRefused) as refused:
        load_params(workbook)
    assert refused.value.exit_status == 2
    return str(refused.value)


def test_the_products_own_params_can_be_used() -> None:
    params = load_params(Workbook(ROOT))
    assert [len(params.areas(level)) for level in ("lpu", "local_authority")] == [8, 4]
    assert all(area.population and area.source for level in params.levels.values() for area in level.areas)
    assert len(params.measures) == 141


def test_every_problem_is_listed_at_once(workbook: Workbook) -> None:
    change(workbook, "areas/lpu.yaml", "slug: widnes", "slug: Wid nes")
    change(workbook, "areas/lpu.yaml", "{2020: 200992}", "{2020: many}")
    change(workbook, "disclosure.yaml", "minimum_denominator: 100", "minimum_denominater: 100")
    change(workbook, "themes/asb.yaml", "goal: ASB", "goal: DA")
    (workbook.params / "events.yaml").unlink()
    said = refusal(workbook)
    assert "5 problems" in said
    assert "params/areas/lpu.yaml, areas[7].slug: 'Wid nes'" in said
    assert "params/areas/lpu.yaml, areas[1].population[2020]: 'many'" in said
    assert "unknown key 'minimum_denominater'. Did you mean 'minimum_denominator'?" in said
    assert "params/events.yaml: the file is missing" in said
    assert "params/themes/domestic-abuse.yaml, goal: 'DA'" in said


FAMILY = "measures/_families/recorded_crime.yaml"
DA = "themes/domestic-abuse.yaml"
DOMESTIC = '{domestic: "Y"}'


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("areas/lpu.yaml", "slug: widnes", "slug: force", "'force' is the product's own word"),
        ("areas/lpu.yaml", "slug: widnes", "slug: crewe", "'crewe' appears twice"),
        ("areas/lpu.yaml", "slug: widnes", "slug: halton", "'halton' appears twice"),
        ("areas/lpu.yaml", "name: Widnes", "name: CREWE", "'crewe' appears twice"),
        ("areas/lpu.yaml", "name: Widnes", "name: Widnes, in: hallton", "there is no area 'hallton'. Did you mean 'halton'?"),
        ("areas/lpu.yaml", "name: Widnes", "name: Widnes, members: [haltn]", "there is no area 'haltn'"),
        ("areas/lpu.yaml", "name: Widnes", "name: Widnes, members: [halton, crewe]", "are of several levels"),
        ("areas/lpu.yaml", "name: Widnes", "name: Widnes, valid_from: 2020-02-01, valid_to: 2020-01-01", "valid_from is after valid_to"),
        ("areas/lpu.yaml", "population: {2020: 200992}", "populaton: {2020: 200992}", "unknown key 'populaton'. Did you mean 'population'?"),
        ("disclosure.yaml", "  rape:", "  rap:", "levels: there is no theme 'rap'. Did you mean 'rape'?"),
        ("disclosure.yaml", "offence: [force]", "offense: [force]", "broken down by 'offense'. Did you mean 'offence'?"),
        ("disclosure.yaml", "month: [force]", "month: [lpus]", "there is no level 'lpus'. Did you mean 'lpu'?"),
        ("disclosure.yaml", "rape: 6", "rap: 6", "draws: there is no theme 'rap'"),
        ("disclosure.yaml", "base: 5 ", "base: 3 ", "disclosure.yaml, base: '3'"),
        ("disclosure.yaml", "minimum_denominator: 100", "minimum_denominator: 20", "minimum_denominator: '20'"),
        ("force.yaml", "units: lpu", "units: lpus", "there is no level 'lpus'. Did you mean 'lpu'?"),
        ("force.yaml", "time_zone: Europe/London", "time_zone: Europe/Lundun", "is not a time zone"),
        ("force.yaml", "name: Cheshire Constabulary", "name: A\nname: B", "the key 'name' is there twice"),
        ("force.yaml", "quarantine_limit_pct: 1", "quarantine_limit_pct: 101", "quarantine_limit_pct: '101'"),
        ("force.yaml", "towns:", "towns: [", "Correct the YAML there."),
        ("tables/crimes.yaml", "kind: flag, filled", "kind: flags, filled", "'flags'"),
        ("tables/crimes.yaml", "date: recorded_on", "date: recorded", "'recorded' is no date or moment"),
        ("tables/crimes.yaml", "reference: crime_ref", "reference: domestic", "'domestic' is no column of kind reference"),
        ("tables/crimes.yaml", "level: lpu", "level: lpus", "there is no level 'lpus'"),
        ("tables/crimes.yaml", "[14, 17, 18]", "[14, 17, 23]", "group no_suspect_identified names '23'"),
        ("tables/crimes.yaml", "{weekday: recorded_on}", "{weekday: domestic}", "'domestic' is of kind flag"),
        ("tables/crimes.yaml", "by: offence_code, gives: group", "by: offence_code, gives: grup", "has no column 'grup'. Did you mean 'group'?"),
        ("tables/crimes.yaml", "column: outcome_code", "column: victim_ref", "'victim_ref' is of kind reference, which has no categories"),
        ("tables/crimes.yaml", "column: outcome_code", "column: victim_sex", "is personal, so its values must not be counted by"),
        ("tables/crimes.yaml", "column: outcome_code", "column: outcome", "there is no column 'outcome'. Did you mean"),
        ("tables/crimes.yaml", "  outcome: {column", "  total: {column", "'total' is a dimension already"),
        ("tables/crimes.yaml", "[[outcome_code, outcome_on]", "[[outcome_on, outcome_code]", "'outcome_code' is no date"),
        ("tables/crimes.yaml", "together:", "public: sums\ntogether:", "has personal columns"),
        ("tables/crimes.yaml", "list: offences", "list: offnces", "the list is missing"),
        ("tables/incidents.yaml", "as: {BE: environmental", "as: {BF: environmental", "'BF' is none of the codes of finalisation_code"),
        ("tables/incidents.yaml", "left_out_unless: {finalisation_code: [BE", "left_out_unless: {finalisation_code: [BX", "'BX' is not one of its values"),
        ("tables/incidents.yaml", "history_floor", "histroy_floor", "'histroy_floor' is no date"),
        ("tables/surveys.yaml", "history: crimes", "history: crime", "there is no table 'crime'. Did you mean 'crimes'?"),
        ("themes/asb.yaml", "notebook: anti", "notebook: ant", "notebooks/ant_social_behaviour.ipynb does not exist"),
        ("themes/asb.yaml", "asb_incidents: [total", "asb_incident: [total", "the measure 'asb_incident' is not declared"),
        ("themes/stop-and-search.yaml", "stop_linked_pct: [total", "stop_linkd_pct: [total", "params/measures/stop_linked_pct.yaml: no theme"),
        ("themes/asb.yaml", "Repeat caller", "Repeat cller", "'Repeat cller' is not in params/glossary.yaml"),
        ("themes/asb.yaml", "[total, month, lpu", "[total, moth, lpu", "incidents have no breakdown 'moth'. Did you mean 'month'?"),
        ("themes/asb.yaml", "table: incidents", "table: incident", "there is no table 'incident'. Did you mean 'incidents'?"),
        ("themes/asb.yaml", "selections:", "areas: [ward]\nselections:", "there is no level 'ward'"),
        (DA, "within: da", "within: ad", "'ad' is not a selection. Declared are: da"),
        (DA, "within: da", "within: dvwi", "leads back to itself"),
        (DA, "goal: DA", "goal: ALL", "'ALL' is the goal of every theme"),
        (DA, "da_characteristics_recorded_pct: [characteristic]", "da_characteristics_recorded_pct: [total]", "'total' has no figure of a filled set"),
        (FAMILY, "{group: solved}", "{group: cleared}", "'cleared' is no group of this column"),
        (FAMILY, 'selection: "{selection}", names: victim_ref, filled', 'selection: fa, names: victim_ref, filled', "'fa' is not a selection of the theme"),
        (FAMILY, "dated: outcome_on", "dated: outcome_code", "'outcome_code' is of kind code"),
        (FAMILY, "polarity: higher", "polarity: good", "polarity: 'good'"),
        (FAMILY, "{Title} solved", "{Titel} solved", "the word {Titel} is not given"),
        (FAMILY, "filled: characteristic", "filled: outcome", "'outcome' is no breakdown of the filled kind"),
        (FAMILY, "denominator: population", "denominator: {population: {faith: none}}", "no area gives its population by faith, and crimes have no such column"),
        (FAMILY, "unit: per_1000", "unit: percent", "a population goes with unit per_1000 or per_10000"),
        (FAMILY, "denominator: population\n    unit: per_1000", "denominator: {measure: da_rcorded}\n    unit: per_1000", "there is no measure 'da_rcorded'"),
        (DA, DOMESTIC, '{domestik: "Y"}', "no column 'domestik'. Did you mean 'domestic'?"),
        (DA, DOMESTIC, '{domestic: "J"}', "'J' is not one of its values. They are: Y, N"),
        ("themes/asb.yaml", "question: action_taken", "question: action", "'action' is not one of its values"),
        (DA, DOMESTIC, "{offence_title: [21, 71]}", 'and this column holds text. Write it in quotes: "21"'),
        (DA, DOMESTIC, "{offence_code: [21, 22B]}", "the list mixes text and numbers"),
        (DA, DOMESTIC, '{victim_age: "1"}', "'1' is text, and this column holds numbers"),
        (DA, DOMESTIC, "{offence_code: {from: 3}}", "from, over, under and up_to go with numbers and dates"),
        (DA, DOMESTIC, "{recorded_on: {from: 3}}", "the column holds dates"),
        (DA, DOMESTIC, "{hate_strands: race}", "the column holds lists. Write {has: [race]}"),
        (DA, DOMESTIC, "{hate_strands: {has: rase}}", "'rase' is not one of its values"),
        (DA, DOMESTIC, "{domestic: {has: [Y]}}", "has goes with columns of kind codes"),
        (DA, DOMESTIC, "{domestic: {nt: Y}}", "unknown key 'nt'"),
        (DA, DOMESTIC, "{victim_age: {from: 1, over: 2}}", "give from or over, not both"),
        ("events.yaml", "start: 2020-03-23", "start: 2020-02-30", "'2020-02-30': Input should be a valid date"),
        ("measures/dvpo_breached.yaml", "sum: order_breaches", "sum: breaches", "protection notices have no column 'breaches'"),
        ("measures/dvpo_breached.yaml", "sum: order_breaches", "sum: order_result", "'order_result' is of kind code"),
        ("measures/dvpo_denied.yaml", "order_result: denied", "order_result: refused", "'refused' is not one of its values"),
        ("measures/dvpo_denied.yaml", "unit: count", "unit: mean", "unit mean is the mean of a summed column"),
        ("measures/dvpo_denied.yaml", "window: financial_year_to_date", "window: at_period_end", "go together"),
        ("events.yaml", "end: 2020-06-23", "end: 2020-01-23", "the event ends before it starts"),
        ("events.yaml", "start: 2020-03-23", "start: soon", "'soon'"),
    ],
)  # fmt: skip
def test_each_problem_names_file_value_and_fix(
    workbook: Workbook, file: str, before: str, after: str, told: str
) -> None:
    change(workbook, file, before, after)
    said = refusal(workbook)
    assert told in said
    assert f"params/{file}" in said or "params/" in said


def test_a_force_of_one_level_reads_one_line_about_the_other(workbook: Workbook) -> None:
    (workbook.params / "areas" / "local_authority.yaml").unlink()
    said = refusal(workbook)
    assert said.count("\n") == 1
    assert "params/areas: there is no level 'local_authority'; 13 tables (collisions, crimes," in said
    assert (
        "69 measures of 7 themes (asb, child-sexual-abuse, domestic-abuse, hate-crime, rape, recorded-crime, " in said
    )
    assert "Declare its areas in params/areas/local_authority.yaml, or do without it (docs/adopt-for-another-" in said


def test_a_table_that_loses_a_level_is_named_once_with_how_many_ask_for_it(workbook: Workbook) -> None:
    change(workbook, "tables/incidents.yaml", "kind: area, level: local_authority", "kind: text")
    assert refusal(workbook).splitlines()[1:] == [
        "  - params/themes: incidents have no column of the level local_authority; 3 measures of 1 theme (asb) ask for it. "
        "Declare a column of kind area with level: local_authority, or take 'local_authority' off the measure."
    ]


def test_a_rule_about_a_theme_that_the_force_does_not_have_is_said_and_changes_nothing(workbook: Workbook) -> None:
    change(workbook, "disclosure.yaml", "rape: 6", "workforce: 6, rape: 6")
    params = load_params(workbook)
    assert list(disclosure_warnings(params.disclosure, params.themes)) == [
        "Warning: params/disclosure.yaml, draws: there is no theme 'workforce' here, so the line changes nothing. "
        "Take it out."
    ]


def test_recommendations_that_nothing_shows_are_said(workbook: Workbook) -> None:
    known = workbook.params / "recommendations"
    shutil.copy(known / "child-protection.yaml", known / "fire-safety.yaml")
    [said] = [line for line in params_warnings(load_params(workbook), date(2021, 2, 1)) if "recommendations" in line]
    assert said.startswith("Warning: params/recommendations/fire-safety.yaml: no theme is called so")


def test_recommendations_whose_name_is_nearly_a_themes_are_refused(workbook: Workbook) -> None:
    known = workbook.params / "recommendations"
    shutil.copy(known / "child-protection.yaml", known / "domestic-abus.yaml")
    assert "domestic-abus.yaml: there is no theme 'domestic-abus'. Did you mean domestic-abuse.yaml?" in refusal(
        workbook
    )


def test_a_file_that_is_not_utf_8_is_refused(workbook: Workbook) -> None:
    (workbook.params / "glossary.yaml").write_bytes("terms: {Café: a}".encode("cp1252"))
    assert "is not UTF-8" in refusal(workbook)


def test_a_file_of_its_own_replaces_keys_of_a_familys_measure(workbook: Workbook) -> None:
    own = workbook.params / "measures" / "da_recorded.yaml"
    own.write_text("polarity: lower\nowner: Another team\n", encoding="utf-8")
    params = load_params(workbook)
    assert (params.measures["da_recorded"].polarity, params.measures["da_recorded"].owner) == ("lower", "Another team")
    assert params.measures["da_recorded"].title == "Domestic abuse crimes recorded"
    assert params.measures["hate_recorded"].polarity == "none"


@pytest.mark.parametrize(
    ("on", "people"),
    [("2019-01-01", 100), ("2020-06-29", 100), ("2020-06-30", 200), ("2021-06-29", 200), ("2021-06-30", 300)],
)
def test_the_population_is_that_of_the_latest_30_june_not_after_the_day_else_the_earliest(
    workbook: Workbook, on: str, people: int
) -> None:
    change(workbook, "areas/lpu.yaml", "{2020: 152027}", "{2019: 100, 2020: 200, 2021: 300}")
    params = load_params(workbook)
    assert params.population(params.area("chester"), date.fromisoformat(on)) == people


def test_an_area_that_is_a_sum_has_the_people_and_the_days_of_its_members(workbook: Workbook) -> None:
    change(
        workbook,
        "areas/local_authority.yaml",
        "slug: halton, name: Halton, population: {2020: 129759},",
        "slug: halton, name: Halton, members: [runcorn, widnes], of: lpu,",
    )
    params = load_params(workbook)
    halton = params.area("halton")
    assert params.population(halton, date(2021, 1, 31)) == 64599 + 65160
    assert [area.name for area in params.parts_of(halton)] == ["Runcorn", "Widnes"]
    assert halton.counted_at == ("lpu", frozenset({"Runcorn", "Widnes"}))


def without_people_by_ethnicity(workbook: Workbook) -> None:
    path = workbook.params / "areas/local_authority.yaml"
    path.write_text(re.sub(r" population_by: .*\}\}\},", "", path.read_text(encoding="utf-8")), encoding="utf-8")


def test_a_force_whose_areas_give_no_people_by_a_column_can_use_a_theme_that_divides_by_them(
    workbook: Workbook,
) -> None:
    without_people_by_ethnicity(workbook)
    params = load_params(workbook)
    assert not params.counts_people_by("ethnicity")
    assert "stop_rate_black_per_1000" in params.themes["stop-and-search"].measures


def test_groups_that_the_areas_do_not_count_are_no_mistake_where_the_table_has_them(workbook: Workbook) -> None:
    path = workbook.params / "areas/local_authority.yaml"
    path.write_text(re.sub(r"mixed: .*?\}", "bme: 90}", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert load_params(workbook).counts_people_by("ethnicity")
    change(workbook, "measures/stop_rate_black_per_1000.yaml", "{ethnicity: black}", "{ethnicity: blck}")
    assert "no area gives a population of 'blck'. Did you mean 'black'?" in refusal(workbook)


@pytest.mark.parametrize(
    ("denominator", "told"),
    [
        ("{population: {ethnicty: white}}", "no area gives its population by ethnicty, and stop searches have no such column"),
        ("{population: {ethnicity: whte}}", "no area gives a population of 'whte'. Did you mean 'white'?"),
        ("{population: {age_band: under 11}}", "no area gives a population of 'under 11'. Did you mean 'under 10'?"),
    ],
)  # fmt: skip
def test_people_that_the_counted_table_cannot_tell_apart_are_a_problem(
    workbook: Workbook, denominator: str, told: str
) -> None:
    without_people_by_ethnicity(workbook)
    change(workbook, "measures/stop_rate_white_per_1000.yaml", "{ethnicity: white}", denominator[13:-1])
    assert told in refusal(workbook)


@pytest.mark.parametrize(
    ("lacking", "area", "silent"),
    [
        ([], "force", []),
        ([], "halton", []),
        ([], "widnes", ["Widnes"]),
        (["halton"], "force", ["Cheshire Constabulary"]),
        (["halton"], "halton", ["Halton"]),
    ],
)
def test_the_areas_that_give_no_people_by_a_column_are_named(
    workbook: Workbook, lacking: list[str], area: str, silent: list[str]
) -> None:
    path = workbook.params / "areas/local_authority.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for slug in lacking:
        lines = [re.sub(r" population_by: .*\}\}\},", "", line) if slug in line else line for line in lines]
    path.write_text("".join(lines), encoding="utf-8")
    params, on = load_params(workbook), date(2021, 1, 31)
    found = params.without_people_by(params.area(area), "ethnicity", on)
    assert [each.name for each in found] == silent
    assert (params.people_year(params.area(area), "ethnicity", on) is None) == bool(silent)


def test_the_force_has_the_people_of_a_level_that_comes_to_as_many_residents(workbook: Workbook) -> None:
    params, on = load_params(workbook), date(2021, 1, 31)
    black = [params.population_of(area, "ethnicity", "black", on) for area in params.areas("local_authority")]
    assert params.population_of(params.force_area, "ethnicity", "black", on) == sum(each or 0 for each in black) == 6616
    change(workbook, "areas/local_authority.yaml", "{2020: 129759}", "{2020: 129758}")
    params = load_params(workbook)
    assert params.population_of(params.force_area, "ethnicity", "black", on) is None
