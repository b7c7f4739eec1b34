"""The product agrees with the second working-out in every figure of the themes, on the sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from second import Declarations, Extract, Working, differences, read_declarations, read_extract, significance
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.extracts import warehouse
from thematic.params import Params, load_params
from thematic.tools.sample.folder import fresh_sample
from warehouse_drawn import ROOT, DrawnCubes, figures, sample_workbook

CASES = [
    ("domestic-abuse", "force", "2021-01"),
    ("hate-crime", "widnes", "2021-01"),
    ("rape", "crewe", "2019-03"),
    ("asb", "force", "2018-02"),
    ("recorded-crime", "force", "2021-01"),
    ("stop-and-search", "widnes", "2020-06"),
    ("child-sexual-abuse", "force", "2020-12"),
    ("performance", "force", "2020-12"),
    ("people", "force", "2020-12"),
]


@dataclass(frozen=True)
class Sample:
    """The sample in both ways: as the product built it, and as its own files say."""

    workbook: Workbook
    params: Params
    declarations: Declarations
    extract: Extract


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    declarations = read_declarations(workbook.params, workbook.reference)
    extract = read_extract(fresh_sample(workbook, lambda _: None), declarations, date(2026, 1, 1))
    return Sample(workbook, load_params(workbook), declarations, extract)


@pytest.mark.parametrize(("theme", "area", "period"), CASES)
def test_every_figure(sample: Sample, theme: str, area: str, period: str) -> None:
    index = cubes.load_index(sample.workbook)
    assert index is not None
    found = DrawnCubes(sample.params, theme, index, cubes.read_bytes(sample.workbook, theme))
    ours = figures(found, period, area=area).frame
    working = Working(sample.extract, sample.declarations, theme, area, period)
    second = working.frame()
    second["significant"] = significance(working, second)
    assert differences(ours, second, leave=("trend",)) == []


def test_the_rows_are_accounted_for_alike(sample: Sample) -> None:
    known = warehouse.facts(sample.workbook)
    assert known is not None
    for name, account in sample.extract.accounts.items():
        table = known.tables[name]
        assert (table.rows_in, table.left_out) == (account["rows_in"], account["left_out"])
        assert table.kept == len(sample.extract.tables[name].frame)


def test_the_sample_is_built_once_and_then_left_alone(sample: Sample) -> None:
    workbook, params = sample.workbook, sample.params
    before = {path: path.stat().st_mtime_ns for path in workbook.cubes.iterdir()}
    facts = warehouse.build(workbook, params, None, None, date(2026, 1, 1), lambda _: None, fresh_sample)
    cubes.build(workbook, params, facts, lambda _: None)
    assert {path: path.stat().st_mtime_ns for path in workbook.cubes.iterdir()} == before
    assert ROOT not in workbook.root.parents
