"""A chart of the analyst's own is a figure of the report; a public one draws what was released, and says nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import seaborn as sns

from drawn import edition, job
from thematic.core import palette
from thematic.core.errors import ArgumentsRefused
from thematic.displays import MIME_TYPE, Chart, Sentence
from thematic.execution.production import produce
from thematic.outputs.jobs import Product
from thematic.report import Report, context
from warehouse_drawn import ROOT, DrawnCubes, few_measures, report_data, theme_cubes, typed

PERIOD, THEME = "2021-01", "domestic-abuse"
UNITS = ("Widnes", "Runcorn", "Crewe")


@pytest.fixture(scope="module")
def cubes(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    """Three years of crimes, a hundred and more a month, in three units."""
    rows: list[dict[str, Any]] = [
        {"recorded_on": f"{year}-{month:02d}-05", "lpu": UNITS[number % 3], "domestic": "Y", "offence_code": "8N",
         "offence_title": "Assault with injury"}
        for year in (2018, 2019, 2020) for month in range(1, 13) for number in range(100 + month)
    ]  # fmt: skip
    params = few_measures()
    tables = {"crimes": typed(params.tables["crimes"], pd.DataFrame(rows))}
    return theme_cubes(tmp_path_factory.mktemp("drawn"), THEME, tables, params=params, history="2018-01")


@pytest.fixture(scope="module")
def report(cubes: DrawnCubes) -> Report:
    return Report(report_data(cubes, PERIOD))


@pytest.fixture(scope="module")
def units(report: Report) -> pd.DataFrame:
    return report.table("da_recorded", by="lpu")


@pytest.fixture(autouse=True)
def nothing_handed_over() -> Iterator[None]:
    yield
    context.use(None)


def bars(units: pd.DataFrame, **look: Any) -> Any:
    def draw(ax: Any) -> None:
        sns.barplot(units, x="value", y="label", ax=ax, **look)

    return draw


def shown(found: Chart | Sentence) -> Chart:
    assert isinstance(found, Chart)
    return found


def test_a_chart_has_what_the_report_s_own_have(report: Report, units: pd.DataFrame) -> None:
    found = shown(report.chart(bars(units), title="Most is in Widnes", alt="A bar for each unit.", data=units))
    assert (found.title, found.source) == ("Most is in Widnes", report.data.source)
    first, *read_out = found.alt.split("; ")
    assert first.startswith("A bar for each unit. Chester: ")
    assert [each.split(":")[0] for each in read_out] == list(units["label"][1:]), "a small chart is read out"
    assert (
        found.subtitle
        == f"Domestic abuse crimes recorded, by Local Policing Unit, {report.data.window('da_recorded').label}"
    )
    assert 'width="640"' in found.svg
    assert 'width="360"' in found.narrow
    assert found.table.texts == units.shown.texts  # type: ignore[attr-defined]
    assert found.payload()["kind"] == "chart"


def test_it_is_drawn_the_same_each_time_and_leaves_no_figure_open(report: Report, units: pd.DataFrame) -> None:
    first, again = (
        report.chart(bars(units), title="Units", alt="A bar for each unit.", data=units).payload() for _ in range(2)
    )
    assert first == again
    assert plt.get_fignums() == []


def test_a_drawing_that_fails_leaves_no_figure_open(report: Report, units: pd.DataFrame) -> None:
    with pytest.raises(KeyError, match="no such column"):
        report.chart(lambda ax: ax.plot(units["no such column"]), title="T", alt="A", data=units)
    assert plt.get_fignums() == []


def test_the_palette_follows_a_dark_page_though_seaborn_dulls_it_and_other_colours_keep_a_light_ground(
    report: Report, units: pd.DataFrame
) -> None:
    assert report.palette["main"] == palette.LIGHT.main
    looks = {name: {"color": colour} for name, colour in report.palette.items()} | {"red": {"color": "red"}}
    drawn = {
        name: shown(report.chart(bars(units, **look), title="T", alt="A", data=units)).svg
        for name, look in looks.items() if name in ("main", "second", "red")
    }  # fmt: skip
    assert [re.findall(r'class="([\w-]+)" role', svg) for svg in drawn.values()] == [
        ["adapts"],
        ["adapts"],
        ["as-drawn"],
    ]
    assert f'fill="{palette.LIGHT.second}"' in drawn["second"]


def test_a_force_s_own_colours_are_in_the_palette_and_stay_as_they_are(cubes: DrawnCubes) -> None:
    data = report_data(cubes, PERIOD)
    brand = data.params.brand
    colours = {"light": {"main": "#005a30", "second": palette.LIGHT.main}}
    brand = replace(brand, look=replace(brand.look, colours=colours))
    report = Report(replace(data, params=replace(data.params, brand=brand)))
    try:
        units = report.table("da_recorded", by="lpu")
        svg = shown(report.chart(bars(units, color=report.palette["second"]), title="T", alt="A", data=units)).svg
    finally:
        palette.wear(palette.HOUSE)
    assert report.palette["main"] == "#005a30"
    assert f'fill="{palette.LIGHT.main}"' in svg
    assert "#005a30" not in svg


@pytest.mark.parametrize("kind", ["axes", "figure", "grid"])
def test_what_is_drawn_already_is_taken_once(report: Report, units: pd.DataFrame, kind: str) -> None:
    figure, axes = plt.subplots(figsize=(4, 2))
    axes.plot([1, 2])
    given = {"axes": axes, "figure": figure, "grid": sns.FacetGrid(units) if kind == "grid" else None}[kind]
    found = shown(report.chart(given, title="T", alt="A", data=units))
    plt.close("all")
    assert 'width="640"' in found.svg
    assert found.narrow == ""


def test_a_function_without_axes_makes_its_own(report: Report, units: pd.DataFrame) -> None:
    found = shown(report.chart(lambda: bars(units)(plt.gca()), title="T", alt="A", data=units))
    assert ('width="640"' in found.svg, 'width="360"' in found.narrow) == (True, True)
    assert plt.get_fignums() == []


def test_numbers_of_one_s_own_are_behind_it_as_they_are(report: Report) -> None:
    own = pd.DataFrame({"day": ["Monday", "Tuesday"], "n": [3, 5]})
    found = shown(report.chart(lambda ax: ax.bar(own["day"], own["n"]), title="T", alt="A", data=own))
    assert [row[1:] for row in found.table.texts] == [["Monday", "3"], ["Tuesday", "5"]]


def test_where_no_figure_has_a_value_a_sentence_says_so_and_nothing_is_drawn(report: Report) -> None:
    none = report.table("da_solved_pct", by="lpu").query("value.isna()")
    found = report.chart(lambda _: pytest.fail("drawn"), title="Solved by unit", alt="A", data=none)
    assert isinstance(found, Sentence)
    assert found.text.startswith("Solved by unit: there are no figures to draw.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": " "}, "report.chart needs title=: what the chart shows"),
        ({"alt": ""}, "report.chart needs alt=: what is to be seen"),
        ({"data": None}, "report.chart needs data=: the DataFrame with the numbers"),
        ({"draw": "bars"}, "takes a function that draws on axes, .* and not str"),
        ({"draw": lambda: 3}, "and not int"),
        ({"notes": "A note."}, "takes notes as a list of sentences"),
        ({"height": 100}, "height=100 is not between 120 and 900 points"),
    ],
)
def test_what_is_missing_or_no_chart_is_said(
    report: Report, units: pd.DataFrame, change: dict[str, Any], message: str
) -> None:
    asked: dict[str, Any] = {"draw": bars(units), "title": "T", "alt": "A", "data": units, **change}
    with pytest.raises(ArgumentsRefused, match=message):
        report.chart(**asked)


OPEN = (
    "import seaborn as sns\nfrom thematic.report import open_report\n"
    'report = open_report("domestic-abuse", period, area, audience)\nunits = report.table("da_recorded", by="lpu")'
)
DRAW = (
    "def draw(ax):\n    sns.barplot({of}, x='value', y='label', color=report.palette['main'], ax=ax)\n"
    "    ax.set(xlabel='Crimes', ylabel='')\n"
)
CHART = "report.chart({draw}, title='Crimes by unit', alt='A bar for each unit.', data={data})"


def public(cubes: DrawnCubes, source: str, tags: dict[str, object] | None = None) -> Product:
    """What becomes of a public report with this cell."""
    data = report_data(cubes, PERIOD, audience="public")
    of = replace(edition("force", THEME, PERIOD, "public"), area=data.area)
    made = job(OPEN, source, of=of, exporters={})
    notebook = json.loads(made.notebook)
    for cell in notebook["cells"][1:]:
        cell["metadata"] = {"tags": []}
    notebook["cells"][2]["metadata"] = tags or {"tags": []}
    return produce(replace(made, report=data, notebook=json.dumps(notebook).encode()))


def message(product: Product) -> str:
    return product.failure.message if product.failure is not None else ""


PASSES = {
    "the table itself": "units",
    "a chart of it": DRAW.format(of="units") + CHART.format(draw="draw", data="units"),
    "some of its rows and columns, sorted": "some = units[units['value'] > 0].sort_values('value')\n"
    + DRAW.format(of="some")
    + CHART.format(draw="draw", data="some.drop(columns=['trend'])"),
    "numbers printed at bars": DRAW.format(of="units").rstrip()
    + "\n    ax.bar_label(ax.containers[0], fmt='{:,.0f}')\n"
    + CHART.format(draw="draw", data="units"),
    "titles that the report says": "\n".join(
        [DRAW.format(of="units").rstrip(), *(
            CHART.format(draw="draw", data="units").replace("'Crimes by unit'", f"report.headline('da_recorded'{by})")
            for by in (", by='month'", ", by='lpu'", "")
        )]
    ),
    "months as a line": "months = report.table('da_recorded', by='month')\ndef draw(ax):\n"
    "    sns.lineplot(months, x='month', y='value', ax=ax)\n    ax.set(xlabel='', ylabel='Crimes', ylim=(0, None))\n"
    + CHART.format(draw="draw", data="months"),
}  # fmt: skip

REFUSED = {
    "a number that is not the table's": (
        "def draw(ax):\n    ax.barh(['Widnes'], [17])\n" + CHART.format(draw="draw", data="units"),
        "draws a number which is none of the figures in its data=; a line of your own, such as a target, is one",
    ),
    "a table whose numbers were changed": (
        "other = units.assign(value=units['value'] + 1)\n"
        + DRAW.format(of="units") + CHART.format(draw="draw", data="other"),
        "data= are not figures of report.table as they were released",
    ),
    "a table with words of its own": (
        "other = units.assign(label='17 in all')\n"
        + DRAW.format(of="units") + CHART.format(draw="draw", data="other"),
        "data= are not figures of report.table as they were released",
    ),
    "a table with a column of its own": (
        "other = units.assign(n=17)\n" + DRAW.format(of="units") + CHART.format(draw="draw", data="other"),
        "data= are not figures of report.table as they were released",
    ),
    "figures of an analyst's own": (
        "import pandas as pd\nown = pd.DataFrame({'label': ['a'], 'value': [17]})\n"
        + DRAW.format(of="own") + CHART.format(draw="draw", data="own"),
        "data= are not figures of report.table as they were released",
    ),
    "a drawing made before": (
        "ax = sns.barplot(units, x='value', y='label')\n" + CHART.format(draw="ax", data="units"),
        "was drawn before report.chart was called",
    ),
    "a part that cannot be compared": (
        "def draw(ax):\n    ax.pie(units['value'])\n" + CHART.format(draw="draw", data="units"),
        "a part (Wedge) that cannot be compared",
    ),
    "words worked out in code": (
        DRAW.format(of="units").replace("'Crimes'", "str(17 * 3)") + CHART.format(draw="draw", data="units"),
        "a title or another text that is worked out in code",
    ),
    "alt text worked out in code": (
        DRAW.format(of="units") + CHART.format(draw="draw", data="units").replace("'A bar for each unit.'", "str(51)"),
        "a title or another text that is worked out in code",
    ),
    "a table that a cell has changed": ("units['value'] = 17\nunits", "which was not made from released figures"),
    "a plain frame made of it": ("units[['label', 'value']]", "shows a table, which was not made"),
}  # fmt: skip


@pytest.mark.parametrize("way", PASSES)
def test_released_figures_are_drawn_for_the_public(cubes: DrawnCubes, way: str) -> None:
    product = public(cubes, PASSES[way])
    assert message(product) == ""
    outputs = json.loads(product.files["ipynb"])["cells"][-1]["outputs"]
    assert [output["data"][MIME_TYPE]["kind"] for output in outputs] == [
        "table" if way == "the table itself" else "chart"
    ]


def test_a_function_is_called_once_and_laid_out_for_a_page_and_for_a_phone(report: Report, units: pd.DataFrame) -> None:
    calls: list[Any] = []

    def draw(ax: Any) -> None:
        calls.append(ax)
        bars(units.assign(label=units["label"] + " and all that is around it"))(ax)

    found = shown(report.chart(draw, title="T", alt="A", data=units))
    assert len(calls) == 1
    assert ">Widnes and all that is around it<" in found.svg
    assert ">Widnes and all that is around it<" not in found.narrow
    for svg, width in ((found.svg, 640), (found.narrow, 360)):
        places = [float(each) for each in re.findall(r'<text[^>]* x="([-\d.]+)"', svg)]
        assert places
        assert max(places) <= width


def test_thousands_along_an_axis_are_written_as_in_the_report(report: Report) -> None:
    found = pd.DataFrame({"label": ["a", "b"], "value": [4200.0, 800.0]})
    small = pd.DataFrame({"label": ["a", "b"], "value": [1.5, 0.5]})
    assert ">4,000<" in shown(report.chart(bars(found), title="T", alt="A", data=found)).svg
    assert ">1.4<" in shown(report.chart(bars(small), title="T", alt="A", data=small)).svg


@pytest.mark.parametrize("way", REFUSED)
def test_anything_else_is_refused_of_the_public(cubes: DrawnCubes, way: str) -> None:
    source, why = REFUSED[way]
    found = message(public(cubes, source))
    assert why in found
    assert "17" not in found


def test_a_checked_cell_draws_what_somebody_has_checked(cubes: DrawnCubes) -> None:
    tags = {"tags": ["checked-for-disclosure"], "checked_by": "A. Analyst"}
    source, _ = REFUSED["figures of an analyst's own"]
    product = public(cubes, source, tags)
    assert message(product) == ""
    assert json.loads(product.files["json"])["checked"] == {"cell 3": "A. Analyst"}


def test_long_names_are_broken_into_lines_on_a_phone(report: Report) -> None:
    names = pd.DataFrame({"label": ["Victim does not support action, suspect named"], "value": [1.0]})
    found = shown(report.chart(bars(names), title="T", alt="A", data=names))
    wide, narrow = (len(re.findall(r"<text[^>]*>[^<]*[a-z][^<]*</text>", svg)) for svg in (found.svg, found.narrow))
    assert narrow > wide


@pytest.mark.parametrize("rows", [3, 12])
def test_a_chart_is_higher_on_a_phone_where_broken_names_need_room(report: Report, rows: int) -> None:
    names = [f"Outcome {number}: victim does not support action against anybody" for number in range(rows)]
    values = pd.DataFrame({"label": names, "value": [1.0] * rows})
    found = shown(report.chart(bars(values), title="T", alt="A", data=values, height=180))
    lines = re.findall(r"<text[^>]*translate\(\S+ ([\d.]+)\)[^>]*>[^<]+</text>", found.narrow)
    places = [float(down) for down in lines]
    assert len(places) > 2 * rows
    assert min(later - earlier for earlier, later in pairwise(places)) > 15, "no line runs into another"


@pytest.mark.parametrize(
    ("names", "turned"), [("Mon Tue Wed", False), ("Wednesday Thursday Saturday Tuesday Friday Sunday", True)]
)
def test_names_along_the_foot_of_a_chart_have_room_on_a_phone(report: Report, names: str, turned: bool) -> None:
    values = pd.DataFrame({"label": names.split(), "value": 1.0})

    def draw(ax: Any) -> None:
        sns.barplot(values, x="label", y="value", ax=ax)

    found = shown(report.chart(draw, title="T", alt="A", data=values))
    assert ("rotate(-90" in found.narrow, "rotate(-90" in found.svg) == (turned, False)


def test_names_that_a_cell_has_turned_stay_so(report: Report) -> None:
    def draw(ax: Any) -> None:
        ax.bar(["Wednesday", "Thursday"], [1, 2])
        ax.tick_params(axis="x", rotation=45)

    found = shown(report.chart(draw, title="T", alt="A", data=pd.DataFrame({"value": [1, 2]})))
    assert re.search(r"rotate\(-?45", found.narrow)


def test_what_is_to_be_known_of_several_measures_is_said_once(report: Report) -> None:
    behind = report.table(["da_solved_pct", "da_recorded"])
    found = shown(report.chart(lambda ax: ax.barh(behind["title"], behind["value"]), title="T", alt="A", data=behind))
    (said,) = [note for note in found.notes if "ratio" in note]
    assert said.startswith("Solved is a ratio, not a share")


def test_the_recipes_of_the_documentation_are_charts(report: Report) -> None:
    """Each block of the page is run as it is; one that is indented goes on with the function before it."""
    page = (ROOT / "docs" / "a-chart-of-my-own.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    known: dict[str, Any] = {"report": report, "sns": sns}
    function, drawn = "", 0
    for block in blocks:
        function = f"{function}{block}" if block.startswith(" ") else block
        exec(function, known)  # noqa: S102 - the documentation is our own
        if "def draw" in function:
            behind = known["months" if "months" in function else "units"]
            shown(report.chart(known["draw"], title="T", alt="A", data=behind))
            drawn += 1
    assert drawn == 5


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda report: report.mnths, "There is no report.mnths. Did you mean report.months?"),
        (lambda report: report.table("da_recorded", by="widnes"), 'by="lpu" has a row for it'),
        (lambda report: report.palette["red"], "report.palette has no 'red'. There are main, second, third, fourth"),
    ],
)
def test_what_a_report_does_not_have_is_answered_with_what_it_has(report: Report, ask: Any, said: str) -> None:
    with pytest.raises((AttributeError, ArgumentsRefused)) as refused:
        ask(report)
    assert said in str(refused.value)
