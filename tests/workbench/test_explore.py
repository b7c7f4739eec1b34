"""An analyst's short ways: figures as in the CSV, counts that add up to them, and rows that stay under their banner."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import matplotlib as mpl
import nbformat
import pandas as pd
import papermill
import pytest
from IPython.core.formatters import DisplayFormatter
from nbformat import v4

from drawn import edition, job
from thematic import explore, report
from thematic.build.build import build
from thematic.build.explaining import Question, explained
from thematic.build.request import Words
from thematic.core.errors import ArgumentsRefused, DataRefused, UserError
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.displays import MIME_TYPE
from thematic.displays.values import of_json, printed
from thematic.execution.production import produce
from thematic.explore.restricted import BANNER
from thematic.exporters.html import HtmlExporter
from thematic.measures.data import ReportData
from thematic.measures.figures import FIGURE_COLUMNS, FIGURE_NUMBERS
from thematic.params import load_params
from thematic.report import open_report
from warehouse_drawn import ROOT, own_params, sample_workbook

THEME, PERIOD = "domestic-abuse", "2021-01"
LPU = own_params().unit_areas[-1]
SLUGS = [area.slug for area in own_params().report_areas()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return sample_workbook(tmp_path_factory.mktemp("workbook"))


@pytest.fixture
def workbook(built: Workbook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbook]:
    """The workbook as one has it in JupyterLab: at work in notebooks/, no report being made."""
    monkeypatch.chdir(built.notebooks)
    report.use(None)
    yield built
    report.use(None)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbook:
    for name in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path / "notebooks")
    return Workbook(tmp_path)


def shown(value: object) -> dict[str, str]:
    """What a notebook shows for a value, by MIME type."""
    data, _ = DisplayFormatter().format(value)
    return data


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_figures_are_the_rows_of_the_csv(workbook: Workbook, tmp_path: Path, audience: str) -> None:
    words = Words(["DA"], area=f"force,{LPU.slug}", format="csv", audience=audience, out=str(tmp_path / "out"))
    build(workbook, words, date(2026, 1, 1), lambda _: None, lambda _: lambda *_: None)
    for area in ("force", LPU.slug):
        with (tmp_path / "out" / PERIOD / THEME / f"{area}.csv").open(encoding="utf-8", newline="") as stream:
            written = list(csv.DictReader(stream))
        found = explore.figures("DA", PERIOD, area, audience)
        assert list(found.columns) == list(FIGURE_COLUMNS) == list(written[0])
        for name in FIGURE_COLUMNS:
            told = [row[name] for row in written]
            if name in FIGURE_NUMBERS:
                assert [None if pd.isna(n) else float(n) for n in found[name]] == [
                    float(n) if n else None for n in told
                ]
            elif name.startswith("window"):
                assert list(found[name].dt.strftime("%Y-%m-%d")) == told
            elif name == "significant":
                assert list(found[name].map({True: "true", False: "false"}).fillna("")) == told
            else:
                assert list(found[name].fillna("")) == told


def test_figures_of_all_areas_are_those_of_each_and_say_whose_they_are(workbook: Workbook) -> None:
    found = explore.figures("rape", area="all")
    assert list(dict.fromkeys(found["area"])) == SLUGS
    own = found[found["area"] == LPU.slug].drop(columns="area").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, explore.figures("Rape", PERIOD, LPU.name))


def test_cubes_add_up_to_the_figure_as_it_stood_at_the_end_of_its_window(workbook: Workbook) -> None:
    counts = explore.cubes("DA").query("count == 'da' and dimension == 'total'")
    figure = explore.figures("DA").query("measure == 'da_recorded' and dimension == 'total'").iloc[0]
    for end, value in ((PERIOD, figure["value"]), ("2020-01", figure["previous_value"])):
        months = counts["month"].between(pd.Period(end, "M") - 11, pd.Period(end, "M"))
        standing = (counts["from_month"] <= end) & (counts["until_month"].isna() | (counts["until_month"] > end))
        assert counts.loc[months & standing, "n"].sum() == value
    assert counts["until_month"].notna().any()


def test_a_cell_explains_a_figure_as_the_command_does(workbook: Workbook) -> None:
    words = {"area": LPU.slug, "period": PERIOD}
    account = explore.explain("da_solved_pct", **words)
    asked = explained(workbook, Question("da_solved_pct", **words), date(2026, 1, 1), lambda _: None)
    assert list(account.lines) == asked
    assert shown(account)["text/plain"] == "\n".join(asked)
    value = explore.figures("DA", PERIOD, LPU.slug).query("measure == 'da_solved_pct' and dimension == 'total'")[
        "value"
    ]
    assert f"{float(value.iloc[0])!r} percent" in repr(account)
    with pytest.raises(ArgumentsRefused, match="No report of RAPE has da_solved_pct"):
        explore.explain("da_solved_pct", theme="RAPE")


def test_every_display_of_rows_says_that_they_are_about_people(workbook: Workbook) -> None:
    crimes = explore.rows("crimes")
    taken = [
        crimes,
        crimes[crimes["domestic"]],
        crimes.query("lpu == @LPU.name").sort_values("recorded_on").head(3),
        crimes.loc[:5, ["lpu", "victim_ref"]].assign(more=1).drop_duplicates(),
        crimes.head(3).merge(crimes[["crime_ref", "victim_age"]], on="crime_ref"),
        pd.concat([crimes.head(2), crimes.tail(2)]),
        crimes["victim_ref"],
        crimes.iloc[0],
        explore.count_by(crimes.head(9), "victim_ref"),
    ]
    for each in taken:
        data = shown(each)
        assert data["text/plain"].startswith(BANNER)
        assert BANNER in data.get("text/html", BANNER)
        assert data[MIME_TYPE] == {"kind": "restricted"}
    assert "text/html" in shown(crimes)
    assert BANNER in crimes.head(1).style.to_html()
    assert BANNER not in crimes.head(1).to_csv()


def test_rows_have_types_to_work_with(workbook: Workbook) -> None:
    kinds = explore.rows("crimes").dtypes.astype(str)
    assert set(kinds[["recorded_on", "committed_on", "cancelled_on", "outcome_on"]]) == {"datetime64[ms]"}
    assert set(kinds[["domestic", "alcohol"]]) == {"boolean"}
    assert kinds["victim_age"] == "Int64"
    assert explore.rows("crimes")["weekday"].cat.categories.tolist()[::6] == ["Monday", "Sunday"]


def test_counts_are_plain_and_have_every_category(workbook: Workbook) -> None:
    drawn = pd.DataFrame({"day": pd.Categorical(["Sat", "Sat", None], ["Fri", "Sat"])})
    found = explore.count_by(explore.rows("crimes").head(3).assign(day=drawn["day"]), "day")
    assert type(found) is pd.DataFrame
    assert found["n"].tolist() == [0, 2, 1]


def test_the_names_there_are_can_be_asked_for(workbook: Workbook) -> None:
    assert dict(explore.themes()[["goal", "theme"]].itertuples(index=False))["DA"] == THEME
    assert explore.areas()["area"].tolist() == SLUGS
    assert explore.periods()[-1] == PERIOD
    sizes = dict(explore.tables()[["table", "rows"]].itertuples(index=False))
    assert sizes["crimes"] == len(explore.rows("crimes"))
    assert "da_recorded" in explore.measures("DA")["measure"].tolist()
    assert dir(explore) == explore.__all__


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (
            lambda: explore.figures("DAA"),
            "There is no theme 'DAA'. Did you mean 'DA'? There are: ASB, CSA, DA, HATE, PEOPLE, GLANCE, PERFORMANCE, ",
        ),
        (lambda: explore.figures("DA", area="forse"), "There is no area 'forse'. Did you mean 'force'?"),
        (lambda: explore.figures("DA", audience="board"), "There is no audience 'board'. There are: internal, public."),
        (lambda: explore.figures("DA", "2031-01"), "The data have no complete month 2031-01: they run from"),
        (lambda: explore.rows("crime"), "There is no table 'crime'. Did you mean 'crimes'?"),
        (lambda: explore.count_by(explore.rows("crimes"), "lpus"), "There is no column 'lpus'. Did you mean 'lpu'?"),
        (lambda: explore.as_cell(explore.areas(), "T", period=PERIOD, area="force"), "a column of categories and"),
    ],
)
def test_a_wrong_name_is_answered_with_those_there_are(workbook: Workbook, ask, told: str) -> None:
    with pytest.raises(ArgumentsRefused) as raised:
        ask()
    assert told in str(raised.value)


@pytest.mark.parametrize("ask", [explore.periods, lambda: explore.figures("DA"), lambda: explore.rows("crimes")])
def test_without_data_it_says_how_to_make_them(empty: Workbook, ask) -> None:
    with pytest.raises(DataRefused, match="Run `make data`"):
        ask()


def test_counts_older_than_params_are_not_shown(workbook: Workbook) -> None:
    path = workbook.params / "themes" / f"{THEME}.yaml"
    before = path.read_bytes()
    path.write_bytes(before.replace(b'domestic: "Y"', b'domestic: "N"'))
    try:
        for ask in (explore.figures, explore.cubes):
            with pytest.raises(DataRefused, match="Run `make data`"):
                ask("DA")
    finally:
        path.write_bytes(before)
    assert len(explore.figures("DA"))


@pytest.mark.parametrize("call", ["rows('crimes')", "cubes('DA')", "figures('DA')"])
def test_a_report_that_explores_is_refused(workbook: Workbook, call: str) -> None:
    index = cubes.load_index(workbook)
    files, of = cubes.read_bytes(workbook, THEME), edition(LPU.slug, THEME, PERIOD)
    handed = ReportData(load_params(workbook), THEME, files, index, LPU, of.period, of.audience)
    asked = job(f"from thematic import explore\nexplore.{call}", of=of)
    product = produce(replace(asked, report=handed))
    assert product.failure is not None
    assert "UserError: A report shows released figures and nothing about people" in product.failure.message
    assert not product.files


def test_a_notebook_that_shows_rows_cannot_be_exported_as_a_report(workbook: Workbook) -> None:
    output = v4.new_output("execute_result", data=shown(explore.rows("crimes").head(1)))
    notebook = v4.new_notebook(cells=[v4.new_code_cell("rows", outputs=[output])])
    with pytest.raises(UserError, match="rows about people, which no report may hold"):
        HtmlExporter().from_notebook_node(notebook)


def test_the_cell_shows_its_counts_as_they_are_in_their_report_alone(workbook: Workbook) -> None:
    counts = pd.DataFrame({"day": ["Saturday", "Sunday", "Monday", None], "n": [4, 5, 1238, 0]})
    cell = explore.as_cell(counts, "By day", period=PERIOD, area=LPU.slug, by="Day").data
    for audience in ("internal", "public"):
        table = eval(cell, {"report": open_report(THEME, PERIOD, LPU.slug, audience)})  # noqa: S307 - our own cell
        assert [column.label for column in table.columns] == ["Day", "Number"]
        assert [row[0] for row in table.rows] == ["Saturday", "Sunday", "Monday", "Not recorded"]
        assert [printed(row[1]) for row in table.rows] == ["4", "5", "1,238", "0"]
    for period, area in ((PERIOD, "force"), ("2020-12", LPU.slug)):
        assert eval(cell, {"report": open_report(THEME, period, area)}) is None  # noqa: S307
    with pytest.raises(ArgumentsRefused, match=r"whole numbers from 0 by category, not a: 1\.5"):
        open_report(THEME, PERIOD, "force").counts("T", {"a": 1.5}, period=PERIOD, area="force")


def test_the_house_style_leaves_the_charts_of_reports_as_they_are(workbook: Workbook) -> None:
    def drawn() -> list[str]:
        found = open_report(THEME, PERIOD, LPU.slug)
        return [found.months("da_recorded").svg, found.rates("da_rate_per_1000").svg, found.map("da_rate_per_1000").svg]

    with mpl.rc_context():
        before = drawn()
        explore.house_style()
        assert drawn() == before


def test_explore_runs_from_top_to_bottom_and_agrees_with_the_report(workbook: Workbook, tmp_path: Path) -> None:
    with mpl.rc_context():
        ran = tmp_path / "explore.ipynb"
        papermill.execute_notebook(
            str(ROOT / "notebooks" / "explore.ipynb"), str(ran), engine_name="thematic", progress_bar=False
        )
    cells = nbformat.read(ran, as_version=4).cells
    outputs = {cell.id: cell.outputs[0].data for cell in cells if cell.get("outputs")}
    kinds = {output.output_type for cell in cells for output in cell.get("outputs", [])}
    assert kinds == {"execute_result", "display_data"}
    totals = explore.figures("DA", PERIOD, LPU.slug).query("dimension == 'total'").set_index("measure")["value"]
    reported, repeat = int(totals["da_recorded"]), f"{totals['da_repeat_victim_pct']:.1f}%"
    assert outputs["agrees"]["text/markdown"].endswith(f"the report has {reported:,}: the same.")
    assert outputs["victims-said"]["text/markdown"].startswith(f"**{repeat}** of crimes")
    assert f"the report has {repeat}" in outputs["victims-said"]["text/markdown"]
    assert "no more than chance would give" in outputs["weekends-said"]["text/markdown"]
    assert BANNER in outputs["rows"]["text/html"]
    assert [name for name, data in outputs.items() if "image/svg+xml" in data] == [
        "rates", "months", "weekends", "victims-chart",
    ]  # fmt: skip
    internal = [printed(of_json(cell)) for _, cell in outputs["internal"][MIME_TYPE]["rows"]]
    assert sum(int(n.replace(",", "")) for n in internal) <= reported
