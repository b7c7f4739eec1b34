"""The workbook of a report: what is on which worksheet, figures as numbers, text that stays text, the same bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from decimal import Decimal
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import nbformat
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.exporters import get_exporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from added_frames import added
from cells_drawn import RATE, figure
from rendered import NASTY, cover, output, shown, stream
from thematic.charts import bars
from thematic.displays import (
    Column,
    DisplayTable,
    FigureList,
    Format,
    Glance,
    GlanceRow,
    Glossary,
    Notes,
    RangeCell,
    Recommendation,
    Recommendations,
    Sentence,
    Term,
    Value,
)
from thematic.displays.values import PERCENT_CHANGE, POINTS
from thematic.exporters.fields import Field, Number, spread
from thematic.exporters.xlsx import XlsxExporter
from thematic.measures.figures import FIGURE_COLUMNS
from thematic.outputs.editions import FORMATS

PLACES = DisplayTable(
    "lpu", "Recorded by place",
    [Column("Place", "left"), Column("Year to Jan 2021"), Column("Change", of="Recorded"), Column("Change", of="Solved")],
    [
        ["Northtown", Value(1234), Value(5.04, PERCENT_CHANGE), Value(-1.04, POINTS)],
        ["Southtown", Value(None, status="[c]"), Value(None, status="[c]"), Value(-0.04, POINTS)],
        ["Anyshire", Value(12), Value(None, status="[z]"), Value(None, status="[x]")],
    ],
    [2], ["A note of its own.", "A note for both."], "Crime system",
)  # fmt: skip
NUMBERS = DisplayTable(
    "rates", "", [Column("Place", "left"), Column("Per 1,000"), Column("95% interval")],
    [
        ["Northtown", Value(22.94, RATE), RangeCell(Value(21.8, RATE), Value(24, RATE))],
        ["Southtown", Value(None, RATE, "[x]"), Value(None, RATE, "[x]")],
    ],
    notes=["A note for both."],
)  # fmt: skip
GLANCE = Glance(
    "g", "At a glance",
    [
        GlanceRow("Recorded", figure(17025, 1.62), "Jan 2021", "No", "Increase", "lower", [1, 2], figure(20000, -0.5)),
        GlanceRow("Satisfied", figure(87.2, 1.8, 5.5), "Jan 2021", "Yes", "", "higher", (), figure(87.0, "[z]", 1.0)),
        GlanceRow("Hidden", figure("[c]"), "Jan 2021", "[c]", "[c]", "none", (), figure("[c]")),
    ],
    "Anyshire Police",
)  # fmt: skip
DUE = Recommendations(
    "Recommendations",
    [Recommendation("R1", "Do this", "Inspection", "", "1 May 2020", "Red", True, ""),
     Recommendation("R2", "And that", "", "Chief", "", "Green", False, "Done")],
)  # fmt: skip
ROWS = [
    ["da_recorded", "total", "total", "2020-02-01", "2021-01-31", 17025, None, 17025, "count", None, None, 16753,
     1.6235897, "percent", False, "Increase", "", ""],
    ["da_solved_pct", "lpu", "Northtown", "2020-02-01", "2021-01-31", None, None, None, "percent", None, None, None, None, "", None, None,
     "[c]", "[c]"],
]  # fmt: skip


def report(*more: NotebookNode) -> NotebookNode:
    frame = pd.DataFrame({"crimes": [1234.5, 56.25]}, index=["north", "south"])
    rates = bars(["a"], [1], id="rates", unit="count", title="Highest in Northtown", subtitle="Rate by place",
                 alt="Bars", notes=["A note for both."], source="Crime system", table=NUMBERS)  # fmt: skip
    return new_notebook(
        cells=[
            shown(cover(licence="A licence.")),
            new_markdown_cell("## First\n\nProse that is for pages."),
            shown(Sentence("A sentence."), PLACES, GLANCE),
            new_markdown_cell("### Charts"),
            shown(rates),
            new_markdown_cell("## Added by hand"),
            added(frame),
            stream("stdout", "first line\n\n  second line"),
            output(
                {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}, source="#| alt: Two points.\nplot()"
            ),
            shown(DUE),
            new_markdown_cell("## Notes on the data"),
            shown(Notes(["Rises can be good."]), Glossary([Term("Solved", "Outcomes 1 to 8.")])),
            *more,
            shown(FigureList(list(FIGURE_COLUMNS), ROWS)),
        ]
    )


def xlsx_of(notebook: NotebookNode) -> bytes:
    return XlsxExporter().from_notebook_node(notebook)[0]


def book_of(*cells: NotebookNode) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx_of(new_notebook(cells=list(cells)))))


@cache
def book() -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx_of(report())))


def head(sheet: Worksheet) -> int:
    """The row of the headings, which is the first of the sheet's one table."""
    (table,) = sheet.tables.values()
    return int(re.match(r"A(\d+):", table.ref)[1])  # type: ignore[index]


def table(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=head(sheet))]


def above(sheet: Worksheet) -> list[str]:
    return [sheet.cell(row, 1).value for row in range(1, head(sheet))]


def test_the_worksheets_stand_in_the_order_of_the_report() -> None:
    assert book().sheetnames == [
        "Cover", "Contents", "Notes", "Definitions",
        "Table 1", "Table 2", "Figure 1", "Added 1", "Added 2", "Table 3", "All figures",
    ]  # fmt: skip


def test_the_cover_says_what_the_report_is() -> None:
    lines = [cell.value for (cell,) in book()["Cover"].iter_rows()]
    assert lines[0] == "Domestic abuse: Northtown, 12 months"
    assert lines[2:11] == [
        "Synthetic data: made for demonstration; not real records.",
        "Force: Anyshire Police",
        "Area: Northtown",
        "Period: 12 months",
        "Data as at: today",
        "Protective marking: OFFICIAL",
        "Audience: internal",
        "Source: Crime system",
        "A licence.",
    ]
    assert (
        "Shorthand: [c] confidential; [x] not available; [z] not applicable; [low] low: rounds to nothing, or in protected numbers is 0 or one step."
        in lines
    )


def test_the_contents_link_to_every_worksheet_and_name_what_has_none() -> None:
    contents = book()["Contents"]
    rows = table(contents)[1:]
    sheets = book().sheetnames[2:]
    assert [name for name, *_ in rows if name != "[z]"] == sheets
    linked = {
        contents[link.ref].value: link.location
        for row in contents.iter_rows()
        for cell in row
        if (link := cell.hyperlink)
    }
    assert linked == {name: f"'{name}'!A1" for name in sheets}
    assert ["[z]", "A picture, which is in the report alone: Two points.", "Added by hand"] in rows
    assert ["Figure 1", "Figure 1: Highest in Northtown", "Charts"] in rows


def test_notes_are_numbered_once_and_referred_to() -> None:
    assert table(book()["Notes"]) == [
        ["Note number", "Note", "Where it applies"],
        [1, "A note of its own.", "Table 1"],
        [2, "A note for both.", "Table 1, Figure 1"],
        [3, "Rises can be good.", "The whole report"],
    ]
    assert book()["Table 1"]["A1"].value == "Table 1: Recorded by place [note 1] [note 2]"
    assert book()["Figure 1"]["A1"].value == "Figure 1: Highest in Northtown [note 2]"
    assert table(book()["Definitions"])[1:] == [["Solved", "Outcomes 1 to 8.", "Notes on the data"]]


def test_caveats_sources_and_owners_of_measures_have_columns_where_there_are_any() -> None:
    measure = Term("Recorded", "Crimes.", ["More can be good", "Or bad."], "System", "Team")
    made = book_of(new_markdown_cell("## Method"), shown(Glossary([measure, Term("Solved", "Outcomes 1 to 8.")])))
    assert table(made["Definitions"]) == [
        ["Term", "What it means", "Read with care", "Source", "Owner", "Where it is in the report"],
        ["Recorded", "Crimes.", "More can be good. Or bad.", "System", "Team", "Method"],
        ["Solved", "Outcomes 1 to 8.", None, None, None, "Method"],
    ]


def test_a_worksheet_says_what_it_is_above_its_one_table() -> None:
    assert above(book()["Figure 1"]) == [
        "Figure 1: Highest in Northtown [note 2]",
        "Rate by place",
        "This worksheet contains one table. What its notes say is on the worksheet Notes.",
        "[x] not available.",
        "Back to the contents",
        "Source: Crime system",
    ]


def test_figures_are_numbers_that_show_as_the_page_does_and_shorthand_stays() -> None:
    sheet = book()["Table 1"]
    assert table(sheet) == [
        ["Place", "Year to Jan 2021", "Recorded: Change", "Solved: Change"],
        ["Northtown", 1234, 5, -1],
        ["Southtown", "[c]", "[c]", 0],
        ["Anyshire", 12, "[z]", "[x]"],
    ]
    first = head(sheet) + 1
    formats = [cell.number_format for cell in sheet[first]]
    assert formats == [
        "General",
        "#,##0",
        '+#,##0.0"%";-#,##0.0"%";#,##0.0"%"',
        '+#,##0.0" pp";-#,##0.0" pp";#,##0.0" pp"',
    ]
    assert {cell.alignment.horizontal for row in sheet.iter_rows(min_row=head(sheet), min_col=2) for cell in row} == {
        "right"
    }
    assert [sheet.cell(row, 2).font.bold for row in range(first, first + 3)] == [None, None, True] or [
        bool(sheet.cell(row, 2).font.bold) for row in range(first, first + 3)
    ] == [False, False, True]


def test_an_indicator_has_a_column_for_each_thing_said_of_it() -> None:
    assert table(book()["Table 2"]) == [
        ["Indicator", "Value", "Value, of how many", "Value, lower limit", "Value, upper limit", "Change", "Period ending",
         "Trend", "Trend is", "Significant change", "Anyshire Police", "Anyshire Police, of how many",
         "Anyshire Police, lower limit", "Anyshire Police, upper limit", "Anyshire Police, change"],
        ["Recorded", 17025, "[z]", "[z]", "[z]", 1.6, "Jan 2021", "Increase", "unfavourable", "No",
         20000, "[z]", "[z]", "[z]", -0.5],
        ["Satisfied", 87.2, 150, 81.7, 92.7, 1.8, "Jan 2021", "[z]", "[z]", "Yes", 87, 150, 86, 88, "[z]"],
        ["Hidden", *["[c]"] * 5, "Jan 2021", "[c]", "[z]", "[c]", *["[c]"] * 5],
    ]  # fmt: skip


def test_the_ends_of_an_interval_are_numbers_of_their_own() -> None:
    assert table(book()["Figure 1"]) == [
        ["Place", "Per 1,000", "95% interval, lower limit", "95% interval, upper limit"],
        ["Northtown", 22.9, 21.8, 24],
        ["Southtown", "[x]", "[x]", "[x]"],
    ]


def test_recommendations_leave_no_cell_empty() -> None:
    assert table(book()["Table 3"])[1:] == [
        ["R1", "Do this", "Inspection", "Not given", "1 May 2020", "Yes", "Red", "Not given"],
        ["R2", "And that", "Not given", "Chief", "Not given", "No", "Green", "Done"],
    ]


def test_what_an_analyst_adds_goes_by_the_heading_above_it() -> None:
    added, printed = book()["Added 1"], book()["Added 2"]
    assert [added["A1"].value, printed["A1"].value] == ["Added by hand", "Added by hand (2)"]
    assert table(added) == [["Column 1", "crimes"], ["north", 1234.5], ["south", 56.25]]
    assert table(printed) == [["Printed text"], ["first line"], ["  second line"]]


def test_every_released_figure_is_there_in_full_precision() -> None:
    sheet = book()["All figures"]
    names, *rows = table(sheet)
    assert names == list(FIGURE_COLUMNS)
    for row, written in zip(rows, ROWS, strict=True):
        for value, datum in zip(row, written, strict=True):
            words = {True: "true", False: "false"}.get(datum, datum) if isinstance(datum, bool) else datum
            assert value == (words or None)
    assert "An empty cell" in " ".join(above(sheet))


def test_headings_stay_in_view_and_on_every_printed_page_and_nothing_is_merged() -> None:
    assert {sheet.oddHeader.right.text for sheet in book().worksheets} == {"OFFICIAL"}
    for sheet in book().worksheets[1:]:
        assert sheet.freeze_panes == f"{'B' if sheet.max_column > 1 else 'A'}{head(sheet) + 1}"
        assert sheet.print_title_rows == f"${head(sheet)}:${head(sheet)}"
        assert not sheet.merged_cells.ranges
        assert len(sheet.title) <= 31 and not set(sheet.title) & set("[]:*?/\\'")
    names = [name for sheet in book().worksheets for name in sheet.tables]
    assert len(names) == len(set(names))


def test_every_worksheet_keeps_to_the_guidance_on_accessible_spreadsheets() -> None:
    first, *others = book().worksheets
    assert first.title == "Cover" and not first.tables
    for sheet in others:
        (marked,) = sheet.tables.values()
        last = sheet.cell(sheet.max_row, sheet.max_column).coordinate
        assert marked.ref == f"A{head(sheet)}:{last}", "the table is all there is below what it is"
        assert all(isinstance(line, str) and line.strip() for line in above(sheet)), "no row above it is empty"
        headings, *rows = table(sheet)
        assert all(headings) and len({each.casefold() for each in headings}) == len(headings)
        assert all(any(cell is not None for cell in row) for row in rows), "no row is empty"
        columns = list(zip(*rows, strict=True)) if sheet.title != "All figures" else []
        assert all(any(cell is not None for cell in column) for column in columns), "no column is, but of the CSV's"
        blank = [cell for row in rows for cell in row if cell is None]
        assert not blank or "empty" in " ".join(above(sheet)), "what an empty cell means is said"
        assert sheet.sheet_state == "visible" and not any(row.hidden for row in sheet.row_dimensions.values())
    fonts = {cell.font.name for sheet in book().worksheets for row in sheet.iter_rows() for cell in row if cell.value}
    assert fonts == {"Arial"}


def test_the_file_has_title_and_language_and_no_time_or_person() -> None:
    with ZipFile(io.BytesIO(xlsx_of(report()))) as file:
        properties = ET.fromstring(file.read("docProps/core.xml"))  # noqa: S314 - our own file
        dates = {item.date_time for item in file.infolist()}
    told = {element.tag.split("}")[1]: element.text for element in properties}
    assert told == {"title": "Domestic abuse: Northtown, 12 months", "subject": "Anyshire Police", "language": "en-GB"}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_another_process_at_another_time_makes_the_same_bytes(tmp_path: Any) -> None:
    (tmp_path / "report.ipynb").write_text(nbformat.writes(report()), encoding="utf-8")
    code = (
        "import sys, nbformat, datetime, xlsxwriter.workbook as made\n"
        "from thematic.exporters.xlsx import XlsxExporter\n"
        "class Later(datetime.datetime):\n"
        "    @classmethod\n"
        "    def now(cls, tz=None): return cls(2031, 5, 6, tzinfo=tz)\n"
        "made.datetime = Later\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "sys.stdout.buffer.write(XlsxExporter().from_notebook_node(notebook)[0])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "report.ipynb")], capture_output=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout == xlsx_of(report())


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1+1", "-cmd", "@SUM(A1)", "{=A1}", "=HYPERLINK(\"http://x\")", "http://x.example/", "mailto:a@b.example",
        "internal:Cover!A1", "[a](http://x.example)", "[a](x) and [b](y)", "$$note$$", "…", "中文", "\x01\x02bell", NASTY, "_x0041_",
    ],
)  # fmt: skip
def test_text_stays_text_wherever_it_stands(text: str) -> None:
    nasty = DisplayTable(
        text, text, [Column(text, "left"), Column(text), Column("A")], [[text, text, Value(1)]], [0], [text], text
    )
    terms, figures = Glossary([Term(text, text)]), FigureList(["measure", text], [[text, text]])
    made = book_of(
        shown(cover(text, marking=text)), new_markdown_cell("## h"), shown(nasty, terms, figures, Notes([text]))
    )
    cells = [cell for sheet in made.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink and not cell.hyperlink.location]
    kept = re.sub(r"[\x00-\x08]", "", text)
    assert table(made["Table 1"])[1] == [kept, kept, 1]
    assert made["Table 1"]["A1"].value.startswith(f"Table 1: {kept}")


def test_headings_that_are_empty_or_alike_are_told_apart() -> None:
    labels = ["", "a", "A", "a (2)", "b\nc", "x" * 300]
    made = book_of(shown(DisplayTable("t", "T", [Column(label, "left") for label in labels], [["1"] * 6])))
    assert table(made["Table 1"])[0] == ["Column 1", "a", "A (2)", "a (2) (2)", "b c", "x" * 240]


def test_tables_without_rows_and_rows_without_words() -> None:
    columns = [Column("Place", "left"), Column("Crimes")]
    made = book_of(
        shown(
            DisplayTable("t", "T", columns, []),
            DisplayTable("u", "U", columns, [["", " "], ["a", ""]]),
            Glance("g", "G", []),
        )
    )
    assert table(made["Table 1"])[1:] == [["There are none.", "[z]"]]
    assert table(made["Table 2"])[1:] == [["a", None]]
    assert "A cell that is empty here" in " ".join(above(made["Table 2"]))
    assert table(made["Table 3"])[1][0] == "There are none."


def test_it_is_a_format_of_the_build_and_of_nbconvert() -> None:
    assert get_exporter(FORMATS["xlsx"]) is XlsxExporter


def test_a_notebook_that_is_no_report_becomes_a_workbook_too() -> None:
    made = book_of(new_markdown_cell("# Mine\n\nWords."))
    assert made.sheetnames == ["Cover", "Contents", "Notes"]
    assert made["Cover"]["A1"].value == "Mine"
    assert table(made["Notes"])[1:] == [["[z]", "There are none.", "[z]"]]


def said_by(found: Number) -> str:
    """The number as a spreadsheet shows it by its format."""
    parts = found.format.split(";")
    shown = parts[(found.value < 0) + 2 * (found.value == 0)] if len(parts) == 3 else parts[0]
    minus = "-" if found.value < 0 and len(parts) == 1 else ""
    body = re.sub(r'"([^"]*)"', "", shown).strip("+-")
    places = len(body.partition(".")[2])
    digits = f"{abs(Decimal(str(found.value))):{',' if ',' in body else ''}.{places}f}"
    quoted = re.sub(r"[#,0.]+", digits, re.sub(r'"([^"]*)"', r"\1", shown), count=1)
    return minus + quoted


@given(
    value=st.floats(-10_000_000, 10_000_000),
    format=st.sampled_from([
        Format(), Format(1), Format(1, grouped=False), Format(1, signed=True), Format(1, "%"), PERCENT_CHANGE, POINTS,
        Format(2, prefix="£"),
    ]),
)  # fmt: skip
def test_a_number_shows_as_it_is_printed(value: float, format: Format) -> None:
    ((_, found),) = ((each.label, each.cells[0]) for each in spread("n", [Value(value, format)]))
    assert isinstance(found, Number)
    assert said_by(found).replace(" pp", "\u00a0pp") == Value(value, format).printed()


def test_a_number_that_a_workbook_cannot_hold_is_written_out() -> None:
    assert spread("n", [Value(1234567890123456)])[0].cells == ["1,234,567,890,123,456"]


def test_what_stands_in_for_a_number_does_so_in_each_column() -> None:
    pair = spread("n", [figure(3, 5.0), figure("[c]", "[c]"), Value(1), "Words"])
    assert [(each.label, [getattr(cell, "value", cell) for cell in each.cells]) for each in pair] == [
        ("n", [3, "[c]", 1, "Words"]),
        ("n, change", [5.0, "[c]", "[z]", "Words"]),
    ]
    assert spread("n", ["Yes", "[x]"]) == [Field("n", ["Yes", "[x]"])]


def test_every_row_is_as_high_as_its_words_need() -> None:
    long = "Words that go on. " * 30
    table = DisplayTable("t", "Long", [Column("Place", "left"), Column("Words", "left")], [["A", long], ["B", "Short"]])
    cells = [shown(cover(licence=long)), shown(table), shown(Notes([long]))]
    made = book_of(*cells)
    for sheet in made:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.alignment.wrap_text:
                    letters = (sheet.column_dimensions[cell.column_letter].width - 2) / 1.1
                    lines = sum(max(-(-len(line) // letters), 1) for line in cell.value.split("\n"))
                    height = sheet.row_dimensions[cell.row].height or 16
                    assert height >= min(lines * 15, 409), (sheet.title, cell.coordinate, lines, height)
    assert sum(made["Table 1"].row_dimensions[row].height is not None for row in range(1, 9)) == 1
