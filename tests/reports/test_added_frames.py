"""What an analyst adds as a DataFrame: it carries its values, reaches every format, and fits the paper."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_notebook

from added_frames import added, bundle
from rendered import blocks_of, html_of, page_of
from thematic.core.errors import UserError
from thematic.displays import MIME_TYPE, DisplayTable, Value, read
from thematic.explore.restricted import RestrictedFrame
from thematic.exporters import document
from thematic.exporters.columns import FULL_PAGE
from thematic.exporters.pdf import content
from thematic.exporters.xlsx import XlsxExporter


def table_of(shown: Any) -> DisplayTable:
    found = read(bundle(shown)[MIME_TYPE])
    assert isinstance(found, DisplayTable)
    return found


def test_numbers_stay_numbers_with_as_many_decimals_as_they_need() -> None:
    found = table_of(pd.DataFrame({"n": [1, 2345], "rate": [0.5, 12.25], "said": ["a", "b"]}, index=["x", "y"]))
    assert found.texts == [["x", "1", "0.50", "a"], ["y", "2345", "12.25", "b"]]
    assert [column.align for column in found.columns] == ["left", "right", "right", "left"]
    assert found.rows[1][2] == Value(12.25, found.rows[1][2].format)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1.5, np.nan], ["1.5", "NaN"]),
        (pd.array([1, None], dtype="Int64"), ["1", "<NA>"]),
        ([True, False], ["True", "False"]),
        (pd.to_datetime(["2020-01-01", "2021-12-31"]), ["2020-01-01", "2021-12-31"]),
        (pd.to_datetime(["2020-01-01 10:30", None]), ["2020-01-01 10:30:00", "NaT"]),
        ([1 / 3, 2.0], ["0.333333", "2.000000"]),
        ([1e20, 1.0], ["1e+20", "1"]),
        ([1e-9, 1.0], ["1e-09", "1"]),
        (["<b>", None], ["<b>", "NaN"]),
    ],
)
def test_cells_read_as_pandas_prints_them(values: Any, shown: list[str]) -> None:
    assert [row[1] for row in table_of(pd.DataFrame({"a": values})).texts] == shown


def test_headings_and_indices_over_one_another_are_joined() -> None:
    frame = pd.DataFrame({("n", "all"): [3], ("n", "some"): [2]}, index=pd.MultiIndex.from_tuples([("a", 1)]))
    assert [column.label for column in table_of(frame).columns] == [" ", " ", "n all", "n some"]


def test_a_long_frame_is_shortened_as_pandas_does_and_says_so() -> None:
    found = table_of(pd.DataFrame({"a": range(1000)}))
    assert [row[0] for row in found.texts] == ["0", "1", "2", "3", "4", "…", "995", "996", "997", "998", "999"]
    assert found.notes == ["The first 5 and the last 5 of 1,000 rows."]


def test_a_frame_without_columns_says_nothing() -> None:
    assert MIME_TYPE not in bundle(pd.DataFrame(index=[1, 2]))


def test_a_styled_frame_keeps_its_words_its_caption_and_what_it_hides() -> None:
    style = pd.DataFrame({"a": [0.5], "b": ["x"]}).style.format(precision=1).set_caption("Shares").hide(axis="index")
    found = table_of(style)
    assert (found.title, found.texts, [column.align for column in found.columns]) == (
        "Shares",
        [["0.5", "x"]],
        ["right", "left"],
    )


@pytest.mark.parametrize("look", [lambda frame: frame, lambda frame: frame.style, lambda frame: frame["a"]])
def test_rows_about_people_become_no_report_however_they_are_shown(look: Any) -> None:
    with pytest.raises(UserError, match="rows about people"):
        blocks_of(added(look(RestrictedFrame({"a": [1]}))))


def test_it_is_on_the_page_and_in_the_workbook_as_numbers() -> None:
    notebook = new_notebook(cells=[added(pd.DataFrame({"a & b": [1234.5]}, index=["<i>"]))])
    assert "&lt;i&gt;" in html_of(notebook) and "<i>" not in html_of(notebook)
    assert page_of(notebook).find("td", class_="number").get_text() == "1234.5"
    book = openpyxl.load_workbook(io.BytesIO(XlsxExporter().from_notebook_node(notebook)[0]))
    (row,) = [row for row in book["Added 1"].iter_rows(values_only=True) if row[0] == "<i>"]
    assert row == ("<i>", 1234.5)


WIDE = pd.DataFrame({f"month {place}": [place * 1000] * 3 for place in range(40)})


def test_a_wide_frame_is_set_as_several_tables_that_fit_the_paper() -> None:
    blocks = content(document.read(new_notebook(cells=[added(WIDE)])))["blocks"]
    assert len(blocks) > 2
    labels = [column["label"] for block in blocks for column in block["columns"]]
    assert [label for label in labels if label.strip()] == list(WIDE.columns)
    assert all(
        block["columns"][0]["label"] == " " and [row[0] for row in block["rows"]] == ["0", "1", "2"] for block in blocks
    )
    assert all(sum(block["weights"]) <= FULL_PAGE + 1 for block in blocks)
    assert [block["title"] for block in blocks] == ["", *["Continued"] * (len(blocks) - 1)]


def test_a_table_that_fits_stays_one() -> None:
    (block,) = content(document.read(new_notebook(cells=[added(WIDE.iloc[:, :6])])))["blocks"]
    assert len(block["columns"]) == 7
