"""params/benchmarks/*.csv: what is read, what is refused with file and line, and which value a report sees."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from thematic.core.errors import ParamsRefused
from thematic.core.workbook import Workbook
from thematic.outputs.editions import params_files
from thematic.params import load_params
from warehouse_drawn import ROOT

HEAD = "measure,group,period,value,source\n"
ROW = "da_rate_per_1000,England and Wales,2020-03,13.0,A table\n"


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return Workbook(tmp_path)


def write(workbook: Workbook, text: str, name: str = "published") -> None:
    folder = workbook.params / "benchmarks"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def target(workbook: Workbook, measure: str, said: str) -> None:
    path = workbook.params / "measures" / f"{measure}.yaml"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}target: {said}\n", encoding="utf-8")


def refusal(workbook: Workbook) -> str:
    with pytest.raises(ParamsRefused) as refused:
        load_params(workbook)
    assert "one problem" in str(refused.value)
    return str(refused.value)


def test_the_products_own_params_have_none() -> None:
    assert load_params(Workbook(ROOT)).benchmarks == ()


def test_files_are_read_in_order_whatever_the_order_of_their_columns(workbook: Workbook) -> None:
    write(workbook, HEAD + ROW, "b")
    write(workbook, "source,value,period,group,measure\nA table,14,2020-12-31,Similar forces,da_solved_pct\n", "a")
    found = load_params(workbook).benchmarks
    assert [(each.measure, each.group, each.until, each.value) for each in found] == [
        ("da_solved_pct", "Similar forces", date(2020, 12, 31), 14.0),
        ("da_rate_per_1000", "England and Wales", date(2020, 3, 31), 13.0),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("measure,group,value,source\n", "published.csv: has the columns measure, group, value, source. Give it exactly"),
        (HEAD.replace("source", "source,note"), "Give it exactly the columns measure, group, period, value, source."),
        ("", "published.csv: has no heading."),
        (HEAD + ROW.replace("da_rate", "da_rat"), "line 2, measure: there is no measure 'da_rat_per_1000'. Did you mean 'da_rate_per_1000'?"),
        (HEAD + ROW.replace("2020-03", "2020"), "line 2, period: '2020' is neither a month nor a day. Write YYYY-MM"),
        (HEAD + ROW.replace("2020-03", "2020-02-30"), "line 2, period: '2020-02-30' is neither"),
        (HEAD + ROW.replace("13.0", "13%"), "line 2, value: '13%' is no number."),
        (HEAD + ROW.replace("13.0", "inf"), "line 2, value: 'inf' is no number."),
        (HEAD + ROW.replace("13.0", '"1,300"'), "line 2, value: '1,300' is no number."),
        (HEAD + ROW.replace("England and Wales", ""), "line 2, group: is blank."),
        (HEAD + ROW.replace("A table", "A table, page 2"), "line 2: has more fields than the heading."),
        (HEAD + ROW + ROW.replace("13.0", "14"), "line 3: 'England and Wales' has a value of da_rate_per_1000 for 2020-03 already (params/benchmarks/published.csv, line 2)."),
        (HEAD + ROW + ROW.replace("2020-03", "2020-03-31"), "line 3: 'England and Wales' has a value of da_rate_per_1000 for 2020-03-31 already"),
    ],
)  # fmt: skip
def test_each_problem_names_file_line_value_and_fix(workbook: Workbook, text: str, said: str) -> None:
    write(workbook, text)
    assert said in refusal(workbook)


def test_a_value_in_two_files_is_one_too_many(workbook: Workbook) -> None:
    write(workbook, HEAD + ROW, "a")
    write(workbook, HEAD + ROW, "b")
    assert "params/benchmarks/b.csv, line 2" in refusal(workbook)


def test_a_target_names_a_group_that_has_a_benchmark_of_the_same_measure(workbook: Workbook) -> None:
    write(workbook, HEAD + ROW)
    target(workbook, "da_rate_per_1000", "{benchmark: England and Wale, good: below}")
    said = refusal(workbook)
    assert "params/measures/da_rate_per_1000.yaml, target.benchmark: there is no benchmark of it for the group" in said
    assert "'England and Wale'. Did you mean 'England and Wales'?" in said or "There are: England and Wales." in said


def test_a_target_of_another_measures_group_is_none(workbook: Workbook) -> None:
    write(workbook, HEAD + ROW)
    target(workbook, "da_solved_pct", "{benchmark: England and Wales, good: above}")
    assert "params/measures/da_solved_pct.yaml, target.benchmark" in refusal(workbook)


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2019, 3, 30), None),
        (date(2019, 3, 31), 12.0),
        (date(2020, 3, 30), 12.0),
        (date(2020, 3, 31), 13.0),
        (date(2020, 12, 30), 13.0),
        (date(2020, 12, 31), 14.0),
        (date(2030, 1, 1), 14.0),
    ],
)
def test_a_report_sees_the_latest_value_at_or_before_its_end(workbook: Workbook, on: date, value: float | None) -> None:
    later = ROW.replace("2020-03", "2020-12-31").replace("13.0", "14.0")
    write(workbook, HEAD + later + ROW + ROW.replace("2020-03", "2019-03").replace("13.0", "12.0"))
    found = load_params(workbook).benchmarks_of("da_rate_per_1000", on)
    assert [each.value for each in found.values()] == ([] if value is None else [value])


def test_a_changed_benchmark_makes_the_reports_of_its_theme_again_and_no_others(workbook: Workbook) -> None:
    write(workbook, HEAD + ROW)
    before = load_params(workbook)
    write(workbook, HEAD + ROW.replace("13.0", "13.1"))
    after = load_params(workbook)
    changed = {theme for theme in before.themes if params_files(before, theme) != params_files(after, theme)}
    assert changed == {name for name, theme in before.themes.items() if "da_rate_per_1000" in theme.measures}
    assert 0 < len(changed) < len(before.themes)
