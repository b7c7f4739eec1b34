"""The PDF of every kind of report, read back: what a screen reader is told, on paper of the right size, and light."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import nbformat
import pikepdf
import pytest

from pdf_reading import POPPLER, bookmarks, fonts, fullness, linked_pages, tags
from rendered import shown
from thematic.build.build import build
from thematic.build.request import Words
from thematic.displays import Chart, Column, DisplayTable
from thematic.exporters import document
from thematic.exporters.blocks import Heading, Section, Shown
from thematic.exporters.pdf import content
from warehouse_drawn import reports_of, sample_workbook

AREAS = ("force", "widnes")
REPORTS = reports_of(*AREAS)
A4_POINTS = (595, 842)
MOST_BYTES = 500_000


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    words = Words(["ALL"], lpu=",".join(AREAS), format="pdf")
    build(workbook, words, date(2026, 1, 1), lambda _: None, lambda _: lambda *_: None)
    return workbook.root / "outputs" / "2021-01"


class Report:
    """One report: its PDF, and the document that it was set from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pdf = pikepdf.open(path)
        self.document = document.read(nbformat.read(path.with_suffix(".ipynb"), as_version=4))

    @property
    def headings(self) -> list[Heading]:
        blocks = [block.heading if isinstance(block, Section) else block for block in self.document.main]
        return [block for block in blocks if isinstance(block, Heading)]

    def shown(self, kind: type) -> list[Shown]:
        return [each for each in self.document.main if isinstance(each, Shown) and isinstance(each.display, kind)]


@pytest.fixture(scope="module", params=REPORTS, ids="-".join)
def report(request: pytest.FixtureRequest, outputs: Path) -> Iterator[Report]:
    theme, area = request.param
    found = Report(outputs / theme / f"{area}.pdf")
    yield found
    found.pdf.close()


def test_it_says_what_it_is_and_in_which_language(report: Report) -> None:
    root = report.pdf.Root
    assert root.MarkInfo.Marked
    assert str(root.Lang) == "en-GB"
    assert root.ViewerPreferences.DisplayDocTitle
    assert report.pdf.docinfo["/Title"] == report.document.title
    assert not {"/CreationDate", "/ModDate"} & set(report.pdf.docinfo)
    with report.pdf.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"


def test_it_is_a4_numbered_from_one_and_light(report: Report) -> None:
    sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in report.pdf.pages}
    assert sizes == {A4_POINTS}
    assert [page.label for page in report.pdf.pages] == [str(number + 1) for number in range(len(report.pdf.pages))]
    assert report.path.stat().st_size < MOST_BYTES


@pytest.mark.skipif(POPPLER is None, reason="pdftoppm is not installed")
def test_every_page_but_the_last_is_more_than_half_full(report: Report) -> None:
    assert [full for full in fullness(report.path)[:-1] if full <= 0.5] == []


def test_the_main_reports_are_short(outputs: Path) -> None:
    def pages(theme: str, area: str) -> int:
        with pikepdf.open(outputs / theme / f"{area}.pdf") as pdf:
            return len(pdf.pages)

    assert 4 <= pages("domestic-abuse", "widnes") <= 6
    assert 4 <= pages("rape", "widnes") <= 6
    assert pages("domestic-abuse", "force") <= 10
    assert pages("performance-at-a-glance", "force") == 1


def test_every_picture_says_what_it_shows(report: Report) -> None:
    figures = tags(report.pdf).all("Figure")
    assert [figure.alt for figure in figures] == [each.display.alt for each in report.shown(Chart)]
    assert all(figure.alt.strip() for figure in figures)


def test_every_table_has_headers_over_its_columns_and_before_its_rows(report: Report) -> None:
    tables = tags(report.pdf).all("Table")
    assert len(tables) >= len(report.shown(DisplayTable))
    for table in tables:
        (head,), (body,) = table.all("THead"), table.all("TBody")
        columns = head.all("TH")
        assert columns
        assert {cell.scope for cell in columns} == {"Column"}
        for row in body.all("TR"):
            first, *others = row.children
            assert (first.name, first.scope) == ("TH", "Row")
            assert [cell.name for cell in others] == ["TD"] * (len(columns) - 1)


def test_every_cell_names_the_header_of_its_row_and_that_of_its_column(report: Report) -> None:
    known = pikepdf.NameTree(report.pdf.Root.StructTreeRoot.IDTree)
    cells = [each for each in report.pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/TD"]
    assert cells
    for cell in cells:
        column, row = (known[str(name)] for name in cell.A[0].Headers)
        assert (column.A[0].Scope, row.A[0].Scope) == ("/Column", "/Row")
        assert row.objgen == cell.P.K[0].objgen


def test_headings_never_jump_and_each_is_a_bookmark(report: Report) -> None:
    levels = [int(tag.name[1:]) for tag in tags(report.pdf).walk() if tag.name[:1] == "H" and tag.name[1:].isdigit()]
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))
    marks = bookmarks(report.pdf)
    expected = [(heading.level - 1, heading.text) for heading in report.headings]
    assert [(level, words) for level, words, _ in marks] == expected
    pages = [page for _, _, page in marks]
    assert pages == sorted(pages)


def test_contents_lead_to_the_pages_of_the_headings(report: Report) -> None:
    sections = [page for level, _, page in bookmarks(report.pdf) if level == 1]
    assert linked_pages(report.pdf.pages[0], report.pdf)[: len(sections)] == sections


def test_every_font_is_embedded_and_ours(report: Report) -> None:
    found = fonts(report.pdf)
    assert found and all(found.values())
    assert all("ThematicSans" in name or "DejaVuSansMono" in name for name in found)


# Tables


def weights(table: DisplayTable) -> list[float]:
    (block,) = content(document.read(nbformat.v4.new_notebook(cells=[shown(table)])))["blocks"]
    return list(block["weights"])


def test_the_columns_fill_the_page_and_what_is_over_goes_to_the_first() -> None:
    narrow = weights(DisplayTable("t", "T", [Column("Place", "left"), Column("Crimes")], [["A", "1"]]))
    assert narrow[0] > 4 * narrow[1]


def test_labels_take_more_lines_before_names_do() -> None:
    name = "Upper and Lower Westmarsh"
    labels = [f"Recorded crimes, year to Jan {year}" for year in range(2018, 2021)]
    wide = weights(DisplayTable("t", "T", [Column("Place", "left"), *map(Column, labels)], [[name, *["1,234"] * 3]]))
    assert wide[0] > len(name)
    assert max(wide[1:]) < max(map(len, labels)) * 2 / 3


@pytest.mark.parametrize("label", ["", " ", "\t\t", "Jan\u00a02020", "x" * 200, "a-b-c " * 30])
def test_any_label_has_a_width(label: str) -> None:
    assert all(weight > 0 for weight in weights(DisplayTable("t", "T", [Column(label), Column(label)], [["1", "2"]])))
