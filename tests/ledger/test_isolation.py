"""The ways round that were tried: each ends in a refusal that says what to do, and shows and keeps nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drawn import edition, job
from thematic.build.build import closed_to, report_data
from thematic.execution import isolation
from thematic.execution.production import produce
from thematic.measures.ledger.seen import Seen
from thematic.outputs.editions import Edition
from thematic.outputs.jobs import Job, Product
from thematic.report import context

PERIOD, THEME = "2021-01", "rape"
OPEN = 'from thematic.report import open_report\nreport = open_report("rape", period, area, audience)'
MARKER = "QZMARK"


@pytest.fixture(autouse=True)
def nothing_handed_over() -> Iterator[None]:
    yield
    context.use(None)
    isolation.close(())


def public(seen: Seen, *sources: str, tags: dict[str, object] | None = None, audience: str = "public") -> Product:
    """What becomes of a public report with these cells after the one that opens it, and the list of its figures."""
    of = replace(edition("force", THEME, PERIOD, audience), area=seen.params.force_area)
    made = job(OPEN, *sources, "report.all_figures()", of=of, exporters={})
    data = report_data(seen.params, of, seen.files(THEME), seen.index)
    notebook = json.loads(made.notebook)
    for cell in notebook["cells"][1:]:
        cell["metadata"] = {"tags": []}
    if tags:
        notebook["cells"][2]["metadata"] = tags
    closed = closed_to(of, seen.workbook, seen.workbook.root / "outputs")
    return produce(replace(made, report=data, closed=closed, notebook=json.dumps(notebook).encode()))


def refused(product: Product) -> str:
    """The message of a refusal, which keeps nothing that was shown."""
    assert product.failure is not None
    assert product.files == {}
    kept = json.loads(product.failed_notebook or b"{}")
    assert [output for cell in kept["cells"] for output in cell.get("outputs", [])] == []
    assert MARKER not in json.dumps(kept.get("cells")).replace(f"# {MARKER}", "")
    return product.failure.message


def test_displays_made_from_released_figures_pass(seen: Seen) -> None:
    product = public(seen, "report.summary()\nreport.at_a_glance()", 'report.months("rape_recorded")')
    assert product.failure is None
    assert set(product.files) == {"ipynb", "json"}


TABLE = (
    "from thematic.displays import Column, DisplayTable, Value\n"
    'DisplayTable("t", "A table", [Column("N")], [[Value(17)]])'
)
WAYS = {
    "a plain data frame": ("import pandas as pd\npd.DataFrame({'n': [17]})", "shows a table"),
    "a value": ("17", "shows a value"),
    "printed text": ("print(17)", "shows printed text"),
    "a string": ("'seventeen in Widnes'", "shows a value"),
    "html": ("from IPython.display import HTML\nHTML('<p>17</p>')", "shows a table"),
    "a picture": ("import matplotlib.pyplot as plt\nfig = plt.figure()\nfig.add_subplot()\nfig", "shows a"),
    "a display of one's own": (TABLE, "shows a display"),
    "a display with other numbers": (
        "from dataclasses import replace\nfound = report.at_a_glance()\nreplace(found, title='17 in Widnes')",
        "shows a display",
    ),
    "words beside a display": (
        "found = report.summary()._repr_mimebundle_()\nfound['text/html'] += '17'\ndisplay(found, raw=True)",
        "shows a display",
    ),
    "a report of one's own": (
        "from thematic.report.report import Report\nfrom dataclasses import replace\n"
        "Report(replace(report.data, audience='internal')).at_a_glance()",
        "shows a display",
    ),
    "a report with other rules": (
        "from thematic.report.report import Report\nfrom dataclasses import replace\n"
        "params = replace(report.params, disclosure=report.params.disclosure.model_copy(update={'protection': 'none'}))\n"
        "Report(replace(report.data, params=params)).at_a_glance()",
        "shows a display",
    ),
    "counts of the analyst's own": (
        'report.counts("Mine", {"a": 3}, period="2021-01", area="force")', "shows a display"
    ),
    "the same counts twice": (
        'report.counts("Mine", {"a": 3}, period="2021-01", area="force")\n'
        'display(report.counts("Mine", {"a": 4}, period="2021-01", area="force"))',
        "shows a display",
    ),
    "figures evaluated again": (
        "from thematic.measures.release import released\nreleased(report.data).frame", "shows a table"
    ),
    "the counts that were handed over": ("report.data.cubes.rows('rape', 'total').n", "shows a value"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_what_was_not_made_from_released_figures_is_refused(seen: Seen, way: str) -> None:
    source, what = WAYS[way]
    message = refused(public(seen, source))
    assert what in message
    assert "Show figures by the methods of `report`" in message


def test_an_internal_edition_is_not_opened_in_a_public_one(seen: Seen) -> None:
    source = 'open_report("rape", period, area, "internal").at_a_glance()'
    assert "This report is for the public" in refused(public(seen, source))


def test_a_written_audience_changes_no_number(seen: Seen) -> None:
    """What was handed over holds no exact count; so an edition that calls itself internal shows none, and is refused."""
    source = "object.__setattr__(report.data, 'audience', 'internal')\nreport.at_a_glance()"
    assert "shows a display" in refused(public(seen, source))


@pytest.mark.parametrize("place", ["data/warehouse/crimes.parquet", "data/sample/crimes.csv", "data/cubes/index.json"])
def test_no_file_of_data_is_opened(seen: Seen, place: str) -> None:
    path = seen.workbook.root / place
    assert path.is_file()
    assert "reads no files of data/" in refused(public(seen, f"open({str(path)!r}, 'rb').read()[:10]"))


def test_rows_read_in_another_way_are_not_shown(seen: Seen) -> None:
    """A library that opens files by itself is not stopped, and nothing that it gives is shown."""
    path = seen.workbook.root / "data" / "warehouse" / "crimes.parquet"
    source = f"import pyarrow.parquet as pq\npq.read_table({str(path)!r}).slice(0, 3).to_pandas()"
    refused(public(seen, source))


@pytest.mark.parametrize("title", ["str(17 * 3)", "f'{area} 51'", "report.theme.title + ' 51'"])
def test_a_title_worked_out_in_code_is_refused(seen: Seen, title: str) -> None:
    product = public(seen, f'report.breakdown("rape_recorded", "offence", title={title})')
    assert "a title that is worked out in code" in refused(product)


def test_a_title_that_is_written_out_passes(seen: Seen) -> None:
    sources = 'TITLE = "What was recorded"', 'report.breakdown("rape_recorded", "offence", title=TITLE)'
    assert public(seen, *sources).failure is None


def test_words_that_a_cell_changes_are_not_shown(seen: Seen) -> None:
    source = "report.params.glossary.terms[report.theme.glossary[0]] = str(17 * 3)\nreport.glossary()"
    before = dict(seen.params.glossary.terms)
    try:
        assert "a cell changed the words of params/" in refused(public(seen, source))
    finally:
        seen.params.glossary.terms.update(before)


def test_an_older_internal_file_is_not_read(seen: Seen) -> None:
    old = seen.workbook.root / "outputs" / "2020-12" / "rape" / "force.csv"
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text("17", encoding="utf-8")
    assert "reads no files of outputs/" in refused(public(seen, f"open({str(old)!r}).read()"))


@pytest.mark.parametrize(
    "source", [f"assert False, '{MARKER} 17'  # {MARKER}", f"raise ValueError('{MARKER} 17')  # {MARKER}"]
)
def test_an_error_s_own_words_are_not_told(seen: Seen, source: str) -> None:
    message = refused(public(seen, source.replace(f"'{MARKER} 17'", "str(17 * 3)")))
    assert "51" not in message
    assert "make the internal one to see it" in message


def test_a_checked_cell_passes_and_the_manifest_names_who_checked_it(seen: Seen) -> None:
    tags = {"tags": ["checked-for-disclosure"], "checked_by": "A. Analyst"}
    product = public(seen, "print('checked words')", tags=tags)
    assert product.failure is None
    assert json.loads(product.files["json"])["checked"] == {"cell 3": "A. Analyst"}


def test_a_checked_cell_must_name_somebody(seen: Seen) -> None:
    product = public(seen, "print('checked words')", tags={"tags": ["checked-for-disclosure"]})
    assert "nobody is named as checked_by" in refused(product)


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_people_are_shown_to_no_audience(seen: Seen, audience: str) -> None:
    source = "import pandas as pd\npd.DataFrame({'victim_ref': ['V1', 'V2'], 'n': [1, 2]})"
    product = public(seen, source, audience=audience, tags={"tags": ["checked-for-disclosure"], "checked_by": "A"})
    assert product.failure is not None
    assert "the column victim_ref, which is about people" in product.failure.message


def test_an_internal_edition_shows_what_it_likes_of_counts(seen: Seen) -> None:
    assert public(seen, "17", audience="internal").failure is None


def test_a_public_job_holds_no_exact_count_and_no_path_to_rows(seen: Seen) -> None:
    """What the process is handed: released counts, all of them multiples, and no file of rows or cubes."""
    of = Edition(THEME, seen.index.periods[-1], seen.params.force_area, "public")
    data = report_data(seen.params, of, seen.files(THEME), seen.index)
    for rows in data.cubes.counts.values():
        assert not (rows.n % seen.params.disclosure.base).any()
    assert data.cubes.quality.empty
    handed = Job(of, {}, b"", "", None, data)  # type: ignore[arg-type]
    assert str(Path(seen.workbook.root)) not in repr(vars(handed.report))[:10_000]
