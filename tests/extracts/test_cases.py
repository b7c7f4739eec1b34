"""Reads what real systems hand over, and holds what comes of it to what is right: the open cases, and others like them."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from extract_drawn import ROOT, Drawn, new_workbook, text
from thematic.core.errors import DataRefused, DiskRefused
from thematic.core.workbook import Workbook
from thematic.extracts.facts import ExtractFacts
from thematic.params.areas import Level

GOOD: dict[str, str] = {}
TODAY = date(2026, 1, 1)


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    return new_workbook(tmp_path, limits=(1, 10))


def refused(drawn: Drawn, **said: object) -> str:
    with pytest.raises(DataRefused) as refusal:
        drawn.build(**said)  # type: ignore[arg-type]
    assert refusal.value.exit_status == 3
    return str(refusal.value)


def case(name: str, drawn: Drawn) -> Path:
    """The folder of an open case, read with the product's own params; it is not part of this repository."""
    folder = Path(os.environ.get("THEMATIC_CASES", ROOT.parent / "shared" / "cases")) / name
    if not folder.is_dir():
        pytest.skip("the open cases are not here; THEMATIC_CASES may name their folder")
    for level in ("lpu", "local_authority"):
        declared = yaml.safe_load((ROOT / "params" / "areas" / f"{level}.yaml").read_text(encoding="utf-8"))
        drawn.levels[level] = Level.model_validate(declared)
    shutil.copy(ROOT / "data" / "reference" / "offences.csv", drawn.workbook.reference)
    return folder


def lookup() -> Path:
    return ROOT.parent / "shared" / "data" / "geography" / "inferred_lsoa2011_to_lpu.csv"


def read(name: str, drawn: Drawn) -> ExtractFacts:
    return drawn.build(case(name, drawn), today=TODAY)


@pytest.mark.open_data
def test_case_blank_rows(drawn: Drawn) -> None:
    facts = read("blank-rows", drawn).tables["disclosures"]
    assert (facts.rows_in, facts.kept, facts.blank, facts.quarantined, facts.duplicates) == (50, 50, 10, 0, 0)


def test_rows_of_spaces_and_quotes_are_blank_too(drawn: Drawn) -> None:
    blank = 'R9,"",,,\n'.replace("R9", "") + " ,\t,\u00a0,,\n" + ",,\n" + ",,,,,,,,\n"
    drawn.write("disclosures.csv", (text("disclosures", GOOD) + blank).encode())
    facts = drawn.build().tables["disclosures"]
    assert (facts.rows_in, facts.blank, facts.quarantined) == (1, 4, 0)


def test_a_row_with_a_cell_that_is_not_read_is_a_row(drawn: Drawn) -> None:
    drawn.draw("disclosures", GOOD, dict.fromkeys(("disclosure_ref", "disclosed_on", "right"), "") | {"note": "x"})
    facts = drawn.build().tables["disclosures"]
    assert (facts.rows_in, facts.blank, facts.quarantined) == (2, 0, 1)


@pytest.mark.open_data
def test_case_gap_month(drawn: Drawn) -> None:
    rows = (case("gap-month", drawn) / "crimes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    drawn.write("crimes.csv", "".join(row for row in rows if ",2020-06-15," not in row).encode())
    facts = drawn.build(today=TODAY)
    assert (facts.gaps, facts.history_from) == ({"crimes": ["2020-06"]}, {"crimes": "2019-02"})


@pytest.mark.open_data
@pytest.mark.parametrize(("kind", "first"), [("sep", "sep=,"), ("title", "Crime extract run 1 February 2021")])
def test_case_heading_not_first(drawn: Drawn, kind: str, first: str) -> None:
    told = refused(drawn, data=case("heading-not-first", drawn) / kind, today=TODAY)
    assert f"crimes.csv: line 1 is not the heading, it says '{first}'. The heading is on line 2" in told


def test_the_heading_is_found_below_a_title_and_a_blank_line(drawn: Drawn) -> None:
    drawn.write("crimes.csv", b"Recorded crime\n\nPrinted today\n" + text("crimes", GOOD).encode())
    assert "line 1 is not the heading, it says 'Recorded crime'. The heading is on line 4" in refused(drawn)


def test_the_heading_is_found_below_sep_with_semicolons(drawn: Drawn) -> None:
    drawn.write("crimes.csv", b"sep=;\n" + text("crimes", GOOD).replace(",", ";").encode())
    assert "line 1 is not the heading, it says 'sep=;'. The heading is on line 2" in refused(drawn)


@pytest.mark.open_data
def test_case_parquet_folder(drawn: Drawn) -> None:
    facts = read("parquet-folder", drawn)
    assert facts.tables["crimes"].kept == facts.tables["crimes"].rows_in > 0


def parts(drawn: Drawn, folder: str, *rows: dict[str, object]) -> Path:
    """A folder as Spark writes it: a part for each row."""
    given = {"disclosed_on": date(2021, 1, 15), "right": "ask", "lpu": "Abton", "local_authority": None}
    place = drawn.extract / folder
    for number, row in enumerate(rows):
        path = place / str(row.pop("in", "")) / f"part-{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([given | {"disclosure_ref": f"R{number}"} | row]), path)
    (place / "_SUCCESS").write_bytes(b"")
    (place / "._SUCCESS.crc").write_bytes(b"x")
    return place


def test_parts_in_folders_that_say_a_column(drawn: Drawn) -> None:
    parts(drawn, "disclosures.parquet", {"in": "month=1"}, {"in": "month=2", "lpu": "Nowhere"}, {"in": "month=2"})
    drawn.build()
    assert [row["disclosure_ref"] for row in drawn.kept("disclosures")] == ["R0", "R2"]
    [row] = pq.read_table(drawn.workbook.warehouse / "quarantine" / "disclosures.parquet").to_pylist()
    assert (row["file"], row["line"]) == ("disclosures.parquet/month=2/part-1.parquet", 1)


def test_parts_that_differ_and_folders_without_parts_are_refused(drawn: Drawn) -> None:
    parts(drawn, "disclosures.parquet", {}, {"colour": "red"})
    assert "part-1.parquet and disclosures.parquet/part-0.parquet differ in the column colour" in refused(drawn)
    shutil.rmtree(drawn.extract / "disclosures.parquet")
    (drawn.extract / "disclosures.parquet").mkdir()
    assert "disclosures.parquet: is a folder without Parquet files." in refused(drawn)


@pytest.mark.open_data
def test_case_parquet_utc(drawn: Drawn) -> None:
    facts = read("parquet-utc", drawn)
    days = {row["recorded_on"] for row in drawn.kept("crimes")}
    assert {date(2020, 6, 1), date(2020, 7, 1)} <= days
    assert not {date(2020, 5, 31), date(2020, 6, 30)} & days
    assert any("recorded_on" in note and "with a time zone, turned into Europe/London" in note for note in facts.notes)


def test_days_are_the_forces_own_in_parquet_of_any_zone(drawn: Drawn) -> None:
    for unit, zone in (("us", "UTC"), ("ns", "America/New_York")):
        days = pa.array([datetime(2020, 6, 30, 23, tzinfo=UTC)], pa.timestamp(unit, zone))
        row = {"disclosure_ref": ["A"], "right": ["ask"], "lpu": [""], "local_authority": [""], "disclosed_on": days}
        pq.write_table(pa.table(row), drawn.extract / "disclosures.parquet")
        drawn.build()
        assert drawn.kept("disclosures")[0]["disclosed_on"] == date(2020, 7, 1)


def test_days_are_the_forces_own_in_csv_with_zones(drawn: Drawn) -> None:
    drawn.draw("disclosures", *[{"disclosed_on": day} for day in ("2020-05-31T23:00:00Z", "2020-06-01T00:00:00+01:00")])
    drawn.build()
    assert {row["disclosed_on"] for row in drawn.kept("disclosures")} == {date(2020, 6, 1)}


@pytest.mark.open_data
def test_case_pu_gap(drawn: Drawn) -> None:
    facts = drawn.build(case("pu-gap", drawn) / "download.zip", lookup(), TODAY)
    assert set(facts.gaps["incidents"] + facts.gaps["crimes"]) == {"2021-09"}
    assert facts.history_from["crimes"] == "2021-03"


@pytest.mark.open_data
def test_case_pu_month_disagrees(drawn: Drawn) -> None:
    told = refused(drawn, data=case("pu-month-disagrees", drawn) / "download.zip", lookup=lookup(), today=TODAY)
    assert "2021-04/2021-04-cheshire-street.csv" in told
    assert "are of another month, as on line 2 (2021-05)" in told


@pytest.mark.open_data
def test_case_total_row(drawn: Drawn) -> None:
    facts = read("total-row", drawn).tables["disclosures"]
    assert (facts.rows_in, facts.kept, facts.quarantined) == (51, 50, 1)
    assert facts.reasons["looks like a row of totals"] == 1
    assert "disclosures.csv, line 52: looks like a row of totals, and is not counted." in drawn.said


@pytest.mark.parametrize("total", ["Total,,,,", "GRAND TOTAL:,,,,", ",,Totals,,", "Total,50", "Sub-total,,,,,,"])
def test_a_total_under_a_small_table_is_named_as_such(drawn: Drawn, total: str) -> None:
    drawn.write("disclosures.csv", (text("disclosures", GOOD, GOOD) + total + "\n").encode())
    facts = drawn.build().tables["disclosures"]
    assert (facts.kept, facts.reasons["looks like a row of totals"]) == (2, 1)


def test_a_total_among_the_rows_of_aggregates_is_no_row_of_them(drawn: Drawn) -> None:
    drawn.declare(
        "hours",
        "{title: H, row: h, date: month, columns: {month: {kind: date, filled: true, meaning: M},"
        " district: {kind: text, meaning: D}, hours: {kind: number, meaning: N}}}",
    )
    drawn.write("hours.csv", b"month,district,hours\n2021-01,Total,3\n2021-01,A,1\n2021-01,Totality,2\n")
    facts = drawn.build().tables["hours"]
    assert (facts.kept, facts.reasons) == (2, {"looks like a row of totals": 1})


@pytest.mark.open_data
def test_case_victim_placeholder(drawn: Drawn) -> None:
    facts = read("victim-placeholder", drawn).tables["crimes"]
    named = [row["victim_ref"] for row in drawn.kept("crimes")]
    assert facts.silent["victim_ref"] == {"NULL": named.count(None)}
    assert named.count(None) * 3 == len(named)


@pytest.mark.parametrize("word", ["0", "Unknown", "n/a", "none", "-"])
def test_other_words_that_name_nobody(drawn: Drawn, word: str) -> None:
    drawn.draw("crimes", {"victim_ref": word}, {"victim_ref": word}, {"victim_ref": "V1"})
    assert drawn.build().tables["crimes"].silent == {"victim_ref": {word: 2}}
    assert [row["victim_ref"] for row in drawn.kept("crimes")] == [None, None, "V1"]


def test_long_numbers_that_a_spreadsheet_has_rounded_are_wrong(drawn: Drawn) -> None:
    drawn.draw("crimes", {"victim_ref": "1.23E+11"}, {"victim_ref": "2.01e+12"}, {"victim_ref": "123000000000"})
    drawn.build()
    reason = ["victim_ref is in scientific notation (a spreadsheet has rounded it)"]
    assert drawn.quarantined() == [(2, reason), (3, reason)]


def test_a_table_that_is_named_but_cannot_be_read_is_refused(drawn: Drawn) -> None:
    drawn.draw("crimes", GOOD)
    (drawn.extract / "surveys.csv").symlink_to(drawn.root / "elsewhere.csv")
    assert "surveys.csv: is a link to" in refused(drawn)
    (drawn.extract / "surveys.csv").unlink()
    (drawn.extract / "surveys.csv").mkdir()
    assert "surveys.csv: is a folder, not a file." in refused(drawn)
    (drawn.extract / "surveys.csv").rmdir()
    os.mkfifo(drawn.extract / "surveys.csv")
    assert "surveys.csv: is a device or a pipe, not a file." in refused(drawn)
    (drawn.extract / "surveys.csv").unlink()
    (drawn.extract / "extract.yaml").symlink_to(drawn.root / "elsewhere.yaml")
    assert "extract.yaml" in refused(drawn)


OTHERWISE = [
    (gzip.compress(b"x", mtime=0), "crimes.csv is compressed with gzip, not CSV. Name it crimes.csv.gz."),
    (b"PK\x03\x04rest", "crimes.csv is an Excel workbook or a zip, not CSV. Save it as CSV"),
    (b"\xd0\xcf\x11\xe0rest", "crimes.csv is an old Excel workbook, not CSV."),
    (b"PAR1rest", "crimes.csv is Parquet, not CSV. Name it crimes.parquet."),
]


@pytest.mark.parametrize(("data", "told"), OTHERWISE)
def test_a_file_of_another_format_is_called_what_it_is(drawn: Drawn, data: bytes, told: str) -> None:
    drawn.write("crimes.csv", data)
    assert told in refused(drawn)


def test_a_file_that_is_packed_twice_is_called_that(drawn: Drawn) -> None:
    drawn.write("crimes.csv.gz", gzip.compress(gzip.compress(text("crimes", GOOD).encode())))
    assert "crimes.csv.gz is compressed with gzip twice. Unpack it once." in refused(drawn)


def test_two_byte_order_marks_are_none(drawn: Drawn) -> None:
    drawn.write("crimes.csv", b"\xef\xbb\xbf" * 2 + text("crimes", GOOD).encode())
    assert drawn.build().tables["crimes"].kept == 1


def test_one_more_comma_is_taken_where_each_row_has_it_and_nothing_follows(drawn: Drawn) -> None:
    heading, *rows = text("disclosures", GOOD, GOOD).splitlines()
    drawn.write("disclosures.csv", "\n".join([heading, *(row + "," for row in rows), "", ","]).encode())
    assert (drawn.build().tables["disclosures"].kept, drawn.quarantined("disclosures")) == (2, [])
    drawn.write("disclosures.csv", "\n".join([heading + ",", *rows]).encode())
    assert drawn.build().tables["disclosures"].kept == 2
    drawn.write("disclosures.csv", "\n".join([heading, rows[0] + ",", rows[1] + ",x"]).encode())
    assert [told for _, told in _quarantined(drawn)] == [["has too many fields"]] * 2
    drawn.write("disclosures.csv", "\n".join([heading, rows[0] + ",", rows[1]]).encode())
    assert [told for _, told in _quarantined(drawn)] == [["has too many fields"]]


def _quarantined(drawn: Drawn) -> list[tuple[int, list[str]]]:
    drawn.draw("crimes", GOOD)
    drawn.build()
    return drawn.quarantined("disclosures")


def test_a_cell_may_be_larger_than_a_block(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thematic.extracts.splitting._BLOCK", 1 << 10)
    drawn.draw("crimes", *[{"offence_title": "x" * 5000}] * 3, GOOD)
    assert drawn.build().tables["crimes"].kept == 4


def test_dates_with_the_day_first_are_refused_with_what_to_write(tmp_path: Path) -> None:
    drawn = new_workbook(tmp_path, limits=(1, 0))
    drawn.draw("crimes", {"recorded_on": "15/01/2021"}, GOOD)
    told = refused(drawn)
    assert "1 x recorded_on is not a date (YYYY-MM-DD), as at crimes.csv, line 2 ('15/01/2021')." in told
    assert 'write dates: "%d/%m/%Y" for the table in params/sources.yaml.' in told


def test_another_separator_is_refused_with_what_to_write(drawn: Drawn) -> None:
    drawn.write("crimes.csv", text("crimes", GOOD).replace(",", ";").encode())
    assert 'write separator: ";" for it in params/sources.yaml.' in refused(drawn)


def build_by(drawn: Drawn, sources: str) -> ExtractFacts:
    path = drawn.root / "params" / "sources.yaml"
    path.write_text(sources, encoding="utf-8")
    return drawn.build(path)


def test_sources_say_how_files_are_spelled(drawn: Drawn) -> None:
    rows = (
        "Ref;Date Recorded;offence_code;lpu;local_authority;domestic;hate_strands;outcome_code;outcome_on\n"
        "A;15/01/2021;8N;Abton;;Y;race;3;16/01/2021 00:00\nB;2021-01-15;8N;;;Y;;;\nC;1/2/2021;8N;;;N;;;\n"
    )
    drawn.write("export.csv", rows.encode())
    facts = build_by(
        drawn,
        "as_at: 2021-02-01\ntitle: Ours\ntables:\n  crimes:\n    file: extract/export.csv\n    separator: ';'\n"
        "    dates: '%d/%m/%Y'\n    columns: {crime_ref: Ref, recorded_on: Date Recorded}\n",
    )
    assert (facts.title, facts.as_at, facts.tables["crimes"].kept) == ("Ours", date(2021, 2, 1), 2)
    assert [row["recorded_on"] for row in drawn.kept("crimes")] == [date(2021, 1, 15), date(2021, 2, 1)]
    assert drawn.kept("crimes")[0]["outcome_on"] == date(2021, 1, 16)
    assert drawn.quarantined() == [(3, ["recorded_on is not a date (%d/%m/%Y)"])]


def test_months_may_be_written_as_words_and_fields_parted_by_tabs(drawn: Drawn) -> None:
    drawn.declare(
        "hours",
        "{title: H, row: h, date: month, columns: {month: {kind: date, filled: true, meaning: M},"
        " seen_at: {kind: moment, meaning: S}, hours: {kind: number, meaning: N}}}",
    )
    drawn.write("hours.txt", b"month\tseen_at\thours\nJan-2021\t\t1\n")
    build_by(drawn, 'tables: {hours: {file: extract/hours.txt, separator: "\\t", dates: "%b-%Y"}}')
    assert drawn.kept("hours")[0]["month"] == date(2021, 1, 1)


def test_sources_that_cannot_be_read_are_all_named(drawn: Drawn) -> None:
    drawn.write("export.csv", b"Reference\n")
    with pytest.raises(DataRefused) as refusal:
        build_by(drawn, "tables: {crimes: {file: extract/none.csv}, surveys: {file: extract}}")
    assert "tables.crimes, extract/none.csv: does not exist." in str(refusal.value)
    assert "tables.surveys, extract: is a folder without Parquet files." in str(refusal.value)
    with pytest.raises(DataRefused) as refusal:
        build_by(drawn, "tables: {crimes: {file: extract/export.csv, columns: {crime_ref: Ref}}}")
    assert "the column Ref (crime_ref) is missing. " in str(refusal.value)


def test_a_table_of_optional_columns_alone_is_read_and_they_are_named(drawn: Drawn) -> None:
    drawn.draw("protection_notices", GOOD)
    facts = drawn.build()
    optional = "hearing_contested, order_result, notice_breached, order_breaches, court_actions"
    assert facts.notes == [
        f"protection_notices.csv lacks the optional columns {optional}: figures that need them are not available."
    ]
    assert (facts.latest_period, facts.history_from) == ("2021-01", {"protection_notices": "2021-01"})


def test_an_engine_without_memory_says_so(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    def gives_up(*_: object) -> None:
        raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate")

    drawn.draw("crimes", GOOD)
    monkeypatch.setattr("thematic.extracts.building.check", gives_up)
    with pytest.raises(DiskRefused, match=r"crimes\.csv: memory and disk do not suffice to check it"):
        drawn.build()


def test_the_products_own_tables_are_declared(tmp_path: Path) -> None:
    assert {path.stem for path in (Workbook(ROOT).params / "tables").glob("*.yaml")} >= {"crimes", "incidents"}


def test_one_column_of_a_file_may_be_two_declared_ones(drawn: Drawn) -> None:
    drawn.draw("stop_searches", {"searched_on": "2021-01-05T10:00:00", "outcome": "Arrest"})
    path = drawn.workbook.params / "sources.yaml"
    said = "tables: {stop_searches: {file: extract/stop_searches.csv, columns: {searched_at: searched_on}}}"
    path.write_text(said, encoding="utf-8")
    facts = drawn.build(data=path)
    assert {"searched_on", "searched_at"} <= set(facts.columns["stop_searches"])
    assert drawn.kept("stop_searches")[0]["searched_at"].isoformat() == "2021-01-05T10:00:00"


def test_of_columns_that_are_joined_those_that_are_not_there_are_named(drawn: Drawn) -> None:
    drawn.draw("stop_searches", {"searched_on": "2021-01-05", "outcome": "Arrest"})
    path = drawn.workbook.params / "sources.yaml"
    said = "tables: {stop_searches: {file: extract/stop_searches.csv, columns: {searched_on: [year, lpu]}}}"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(DataRefused) as refusal:
        drawn.build(data=path)
    told = str(refusal.value)
    assert "the column year (searched_on) is missing" in told and "the column lpu is missing" not in told
