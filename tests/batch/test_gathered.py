"""One tidy file holds every figure of every up-to-date report for one audience, as CSV and as Parquet, whole or not at all."""

import csv
import io
import json
import re

import nbformat
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from nbformat import v4

from placed import put
from thematic.core.spreadsheets import as_written, harmless
from thematic.displays import MIME_TYPE, FigureList
from thematic.execution.cleaning import to_bytes
from thematic.measures.figures import FIGURE_COLUMNS, FIGURE_NUMBERS
from thematic.outputs import gathered
from thematic.outputs.catalogue import read_catalogue
from thematic.outputs.gathered import gather
from thematic.outputs.parquet import Typed

ROW = {
    "measure": "noise_recorded", "dimension": "total", "category": "total", "window_start": "2020-02-01",
    "window_end": "2021-01-31", "numerator": "12", "denominator": "", "value": "12", "unit": "count", "lower_95": "",
    "upper_95": "", "previous_value": "10", "change": "20.000000000000004", "change_unit": "percent",
    "significant": "false", "trend": "No clear change", "status": "", "change_status": "",
}  # fmt: skip
GONE = {
    "numerator": "",
    "value": "",
    "previous_value": "",
    "change": "",
    "significant": "",
    "trend": "",
    "status": "[x]",
    "change_status": "[x]",
}
AWKWARD = [
    "=1+1",
    "+44",
    "-5",
    "@home",
    "'=quoted",
    "''",
    "Ynys Môn",
    "Drugs, possession",
    'a "b"',
    "two\nlines",
    "\u2028",
]


def report(*changes: dict[str, str]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([FIGURE_COLUMNS, *([(ROW | change)[name] for name in FIGURE_COLUMNS] for change in changes)])
    return buffer.getvalue().encode()


def with_csv(out, *place, rows=({},), **known):
    return put(out, *place, files={"csv": report(*rows), "ipynb": b"n"}, **known)


def gathered_from(out, audience="internal", up_to_date=lambda _: True):
    return gather(out, read_catalogue(out, up_to_date), audience)


def files(out):
    return {path.name: path.read_bytes() for path in out.glob("figures.*")}


def read(out):
    return list(csv.DictReader(io.StringIO((out / "figures.csv").read_bytes().decode(), newline="")))


def test_every_figure_of_every_report_is_a_row_led_by_whose_it_is(tmp_path):
    with_csv(tmp_path, "west", "noise", "2021-01", rows=({}, {"dimension": "month", "category": "2021-01"}))
    with_csv(tmp_path, "force", "noise", "2021-01", rows=({"value": "99"},))
    with_csv(tmp_path, "force", "noise", "2020-12")
    with_csv(tmp_path, "force", "alarm", "2021-01")
    found = gathered_from(tmp_path)
    assert (found.path, found.reports, found.figures, found.left_out) == (tmp_path / "figures.csv", 4, 5, 0)
    rows = read(tmp_path)
    assert list(rows[0]) == ["audience", "theme", "area", "period", *FIGURE_COLUMNS]
    places = [(row["theme"], row["area"], row["period"]) for row in rows]
    assert places == [
        ("alarm", "force", "2021-01"),
        ("noise", "force", "2020-12"),
        ("noise", "force", "2021-01"),
        ("noise", "west", "2021-01"),
        ("noise", "west", "2021-01"),
    ]
    assert [row["value"] for row in rows] == ["12", "12", "99", "12", "12"]
    assert {row["audience"] for row in rows} == {"internal"}


def test_the_audiences_are_never_in_one_file(tmp_path):
    with_csv(tmp_path, "west")
    with_csv(tmp_path, "east", audience="public")
    gathered_from(tmp_path)
    assert [row["area"] for row in read(tmp_path)] == ["west"]
    gathered_from(tmp_path, "public")
    assert [(row["audience"], row["area"]) for row in read(tmp_path)] == [("public", "east")]
    assert pq.read_table(tmp_path / "figures.parquet")["audience"].to_pylist() == ["public"]


def test_there_is_no_file_where_no_report_of_the_audience_is_up_to_date(tmp_path):
    with_csv(tmp_path)
    gathered_from(tmp_path)
    assert gathered_from(tmp_path, "public") is None
    assert files(tmp_path) == {}
    gathered_from(tmp_path)
    assert gathered_from(tmp_path, up_to_date=lambda _: False) is None
    assert files(tmp_path) == {}


def test_what_is_out_of_date_or_was_altered_is_left_out_and_counted_until_it_is_made_again(tmp_path):
    whole = report({})
    for area in ("force", "east", "west"):
        with_csv(tmp_path, area)
    (tmp_path / "2021-01/noise/west.csv").write_bytes(whole.replace(b"12", b"13"))
    found = gathered_from(tmp_path, up_to_date=lambda made: made.area != "east")
    assert (found.reports, found.left_out) == (1, 2)
    assert [row["area"] for row in read(tmp_path)] == ["force"]
    (tmp_path / "2021-01/noise/west.csv").write_bytes(whole)
    assert gathered_from(tmp_path).left_out == 0


def test_a_report_without_a_csv_gives_the_figures_of_its_notebook(tmp_path):
    shown = FigureList(
        FIGURE_COLUMNS,
        [
            [
                "m",
                "offence",
                "-5",
                "2020-02-01",
                "2021-01-31",
                3,
                None,
                3,
                "count",
                None,
                None,
                2.5,
                20.1,
                "percent",
                True,
                None,
                "",
                "",
            ]
        ],
    )
    payload = {"kind": FigureList.kind, "columns": list(shown.columns), "rows": [list(row) for row in shown.rows]}
    notebook = {"cells": [{"outputs": [{"data": {MIME_TYPE: payload}}]}, {"source": ""}]}
    put(tmp_path, files={"html": b"h", "ipynb": json.dumps(notebook).encode()})
    put(tmp_path, "west", files={"html": b"h", "ipynb": b'{"cells": []}'})
    assert gathered_from(tmp_path).reports == 1
    (row,) = read(tmp_path)
    assert (row["category"], row["value"], row["previous_value"], row["significant"]) == ("'-5", "3", "2.5", "true")


@pytest.mark.parametrize("written", [to_bytes, lambda notebook: nbformat.writes(notebook).encode()])
@pytest.mark.parametrize(("times", "reports"), [(0, 0), (1, 1), (2, 0)])
def test_the_figures_of_a_notebook_are_found_however_it_is_written(tmp_path, written, times, reports):
    payload = {"kind": FigureList.kind, "columns": FIGURE_COLUMNS, "rows": [[*ROW.values()]], "counts": {}}
    shown = [v4.new_output("display_data", {MIME_TYPE: payload}) for _ in range(times)]
    told = v4.new_output("stream", text=json.dumps(payload) + '\n"kind": "figures"\n')
    cells = [v4.new_code_cell('x = {"kind": "figures"}', outputs=[told]), v4.new_code_cell(outputs=shown)]
    put(tmp_path, files={"html": b"h", "ipynb": written(v4.new_notebook(cells=cells))})
    found = gathered_from(tmp_path)
    assert (found.reports if found else 0) == reports


def test_the_parquet_holds_the_same_with_types_and_texts_as_they_were_written(tmp_path):
    rows = [{"dimension": "kind", "category": harmless(each)} for each in AWKWARD]
    with_csv(tmp_path, rows=({}, GONE, {"value": "-0.5", "significant": "true"}, *rows))
    gathered_from(tmp_path)
    typed = pd.read_parquet(tmp_path / "figures.parquet")
    plain = read(tmp_path)
    assert list(typed["category"])[3:] == AWKWARD
    assert [as_written(row["category"]) for row in plain][3:] == AWKWARD
    for name in FIGURE_NUMBERS:
        expected = [float(row[name]) if row[name] else np.nan for row in plain]
        assert typed[name].dtype == "float64"
        assert typed[name].equals(pd.Series(expected, name=name))
    assert list(typed["significant"])[:3] == [False, None, True]
    assert [str(day) for day in typed["window_end"]] == ["2021-01-31"] * len(plain)
    assert typed["trend"].isna().sum() == 1
    assert list(typed["status"])[:3] == ["", "[x]", ""]


def test_no_text_of_the_csv_is_taken_for_a_formula(tmp_path):
    with_csv(tmp_path, rows=[{"category": harmless(each)} for each in AWKWARD])
    gathered_from(tmp_path)
    cells = [cell for row in read(tmp_path) for name, cell in row.items() if name not in FIGURE_NUMBERS]
    assert not [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)]
    assert not (tmp_path / "figures.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", [*AWKWARD, "", "'", "'''=x", "a=b", "\tx"])
def test_a_text_made_harmless_comes_back_as_it_was(text):
    assert as_written(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_nothing_is_written_while_nothing_has_changed_and_the_bytes_are_always_the_same(tmp_path, monkeypatch):
    for folder in ("one", "two"):
        for area in ("east", "west")[:: 1 if folder == "one" else -1]:
            with_csv(tmp_path / folder, area, rows=({"category": "=x"}, {}))
        gathered_from(tmp_path / folder)
    first = files(tmp_path / "one")
    assert first == files(tmp_path / "two")
    assert set(first) == {"figures.csv", "figures.parquet", "figures.json"}
    monkeypatch.setattr(gathered, "_write", None)
    assert gathered_from(tmp_path / "one").figures == 4
    monkeypatch.undo()
    (tmp_path / "one/figures.csv").write_bytes(b"spoilt")
    gathered_from(tmp_path / "one")
    (tmp_path / "one/figures.parquet").unlink()
    gathered_from(tmp_path / "one")
    assert files(tmp_path / "one") == first


def test_a_write_that_breaks_off_leaves_the_files_as_they_were(tmp_path, monkeypatch):
    with_csv(tmp_path)
    gathered_from(tmp_path)
    before = files(tmp_path)
    with_csv(tmp_path, "west")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Typed, "add", full)
    with pytest.raises(OSError, match="No space"):
        gathered_from(tmp_path)
    assert files(tmp_path) == before
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_more_figures_than_are_kept_in_memory_all_arrive(tmp_path, monkeypatch):
    monkeypatch.setattr("thematic.outputs.parquet._BYTES", 500)
    for period in ("2020-10", "2020-11", "2020-12"):
        with_csv(tmp_path, period=period, rows=[{"category": f"{period} {n}"} for n in range(2)])
    gathered_from(tmp_path)
    whole = pq.ParquetFile(tmp_path / "figures.parquet")
    assert whole.metadata.num_row_groups == 2
    assert whole.read()["category"].to_pylist() == [row["category"] for row in read(tmp_path)]
