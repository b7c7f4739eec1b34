"""params/ is read whole: every problem is told at once, with its file, key, value and fix."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from thematic.core.errors import ParamsRefused
from thematic.core.workbook import Workbook
from thematic.params import load_params
from warehouse_drawn import ROOT


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    for folder in ("params", "notebooks"):
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


def test_the_products_own_params_are_well() -> None:
    params = load_params(Workbook(ROOT))
    assert len(params.force.lpus) == 8
    assert len(params.force.local_authorities) == 4
    assert all(place.population and place.population_source for place in params.force.lpus)


def test_every_problem_is_told_at_once(workbook: Workbook) -> None:
    change(workbook, "force.yaml", "slug: widnes", "slug: Wid nes")
    change(workbook, "force.yaml", "population: 200992", "population: many")
    change(workbook, "disclosure.yaml", "threshold: 5", "treshold: 5")
    change(workbook, "themes/asb.yaml", "goal: ASB", "goal: DA")
    (workbook.params / "events.yaml").unlink()
    said = refusal(workbook)
    assert "5 problems" in said
    assert "params/force.yaml, lpus[7].slug: 'Wid nes'" in said
    assert "params/force.yaml, lpus[1].population: 'many'" in said
    assert "unknown key 'treshold'. Did you mean 'threshold'?" in said
    assert "params/events.yaml: the file is missing" in said
    assert "params/themes/domestic-abuse.yaml, goal: 'DA'" in said


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("force.yaml", "slug: widnes", "slug: force", "'force' is the product's own word"),
        ("force.yaml", "slug: widnes", "slug: crewe", "'crewe' stands twice"),
        ("force.yaml", "name: Widnes", "name: CREWE", "'crewe' stands twice"),
        ("force.yaml", "name: Cheshire Constabulary", "name: A\nname: B", "the key 'name' stands twice"),
        ("force.yaml", "quarantine_limit_pct: 1", "quarantine_limit_pct: 101", "quarantine_limit_pct: '101'"),
        ("force.yaml", ", population_date: 2020-06-30}", "}", "population_source and population_date"),
        ("force.yaml", "lpus:", "lpus: [", "Mend the YAML there."),
        ("themes/asb.yaml", "notebook: anti", "notebook: ant", "notebooks/ant_social_behaviour.ipynb does not exist"),
        ("themes/asb.yaml", "asb_incidents: [total", "asb_incident: [total", "the measure 'asb_incident' is not declared"),
        ("themes/asb.yaml", "asb_incidents: [total", "asb_incident: [total", "params/measures/asb_incidents.yaml: no theme"),
        ("themes/asb.yaml", "Repeat caller", "Repeat cller", "'Repeat cller' is not in params/glossary.yaml"),
        ("themes/asb.yaml", "[total, month, lpu", "[total, moth, lpu", "'moth'"),
        ("themes/domestic-abuse.yaml", "within: da", "within: ad", "'ad' is not a selection. Declared are: da"),
        ("themes/domestic-abuse.yaml", "within: da", "within: dvwi", "leads back to itself"),
        ("themes/domestic-abuse.yaml", "goal: DA", "goal: ALL", "'ALL' is the goal of every theme"),
        ("measures/da_solved_pct.yaml", "outcomes: solved", "outcomes: cleared", "'cleared' is not an outcome group"),
        ("measures/da_solved_pct.yaml", "selection: da", "selection: fa", "'fa' is not a selection of the theme"),
        ("measures/da_solved_pct.yaml", "test: ratio\n", "", "test: ratio or proportion goes with unit: percent"),
        ("measures/da_solved_pct.yaml", "per: 100", "per: 1000", "unit percent does not go with per: 1000"),
        ("measures/da_solved_pct.yaml", "polarity: higher", "polarity: good", "polarity: 'good'"),
        ("themes/domestic-abuse.yaml", '{domestic: "Y"}', '{domestik: "Y"}', "no column 'domestik'. Did you mean 'domestic'?"),
        ("themes/domestic-abuse.yaml", '{domestic: "Y"}', '{domestic: "J"}', "'J' is not one of its values. They are: Y, N"),
        ("themes/asb.yaml", "question: action_taken", "question: action", "'action' is not one of its values"),
        ("themes/domestic-abuse.yaml", '{domestic: "Y"}', "{offence_code: [21, 71]}", 'and this column holds text. Write it in quotes: "21"'),
        ("themes/domestic-abuse.yaml", '{domestic: "Y"}', "{offence_code: [21, 22B]}", "the list mixes text and numbers"),
        ("themes/domestic-abuse.yaml", '{domestic: "Y"}', '{outcome_code: "1"}', "'1' is text, and this column holds numbers"),
        ("themes/domestic-abuse.yaml", '{domestic: "Y"}', "{offence_code: {from: 3}}", "from and under go with numbers"),
        ("themes/domestic-abuse.yaml", '{domestic: "Y"}', "{aggravated: J}", "'J' is not one of its values. They are: Y, N"),
        ("events.yaml", "start: 2020-03-23", "start: 2020-02-30", "'2020-02-30': Input should be a valid date"),
        ("force.yaml", "population: 200992", "populaton: 200992", "unknown key 'populaton'. Did you mean 'population'?"),
        ("measures/dvpo_breached.yaml", "sum: order_breaches", "sum: breaches", "protection_notices has no column 'breaches'"),
        ("measures/dvpo_denied.yaml", "order_result: denied", "order_result: refused", "'refused' is not one of its values"),
        ("events.yaml", "end: 2020-06-23", "end: 2020-01-23", "the event ends before it starts"),
        ("events.yaml", "start: 2020-03-23", "start: soon", "'soon'"),
        ("outcomes.yaml", "[14, 17, 18]", "[14, 17, 23]", "groups.no_suspect_identified[2]: '23'"),
    ],
)  # fmt: skip
def test_each_problem_names_file_value_and_fix(
    workbook: Workbook, file: str, before: str, after: str, told: str
) -> None:
    change(workbook, file, before, after)
    said = refusal(workbook)
    assert told in said
    assert f"params/{file}" in said or "params/" in said


def test_a_file_that_is_not_utf_8_is_refused(workbook: Workbook) -> None:
    (workbook.params / "glossary.yaml").write_bytes("terms: {Café: a}".encode("cp1252"))
    assert "is not UTF-8" in refusal(workbook)
