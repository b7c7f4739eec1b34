"""Draws every kind of bad file, and the files that are well though they look odd."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract_drawn import Drawn, new_workbook, text
from thematic.core.errors import DataRefused
from thematic.extracts.delimited import read_delimited
from thematic.extracts.facts import ExtractFacts
from thematic.extracts.parquet import as_text
from thematic.extracts.records import find_records

GOOD: dict[str, str] = {}


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    return new_workbook(tmp_path)


def refused(drawn: Drawn) -> str:
    with pytest.raises(DataRefused) as refusal:
        drawn.build()
    assert refusal.value.exit_status == 3
    assert sorted(path.name for path in (drawn.root / "data").iterdir()) == ["reference"]
    return str(refusal.value)


def said_of(facts: ExtractFacts) -> list[str]:
    """What is noted but for the optional columns that drawn files lack."""
    return [note for note in facts.notes if "lacks the optional column" not in note]


def rows(data: bytes, *columns: str) -> list[dict[str, object]]:
    read = read_delimited(data, "x.csv", columns or ("a", "b")).rows.whole
    return read.to_pylist()  # type: ignore[no-any-return]


def broken(data: bytes) -> list[tuple[int, str]]:
    read = read_delimited(data, "x.csv", ("a", "b"))
    return [(row["line"], row["reason"]) for row in read.broken.to_pylist()]


def test_physical_lines_count_quoted_line_breaks_and_blank_lines() -> None:
    data = b'a,b\r\n1,"two\r\nlines"\r\n\r\n3,"say ""hi"",\nthen go"\r\n5,6'
    assert [row["_line"] for row in rows(data)] == [2, 5, 7]
    assert [row["b"] for row in rows(data)] == ["two\r\nlines", 'say "hi",\nthen go', "6"]


def test_a_quarantined_row_after_a_quoted_line_break_has_its_physical_line(drawn: Drawn) -> None:
    drawn.draw("crimes", {"notes": "one\ntwo\nthree"}, {"lpu": "Atlantis"})
    drawn.build()
    assert [line for line, _ in drawn.quarantined()] == [5]


def test_ragged_rows_are_quarantined_alone(drawn: Drawn) -> None:
    drawn.write("crimes.csv", text("crimes", GOOD, GOOD).encode() + b"only,three,fields\nx" + b"," * 30 + b"\n\n")
    facts = drawn.build().tables["crimes"]
    assert drawn.quarantined() == [(4, ["has too few fields"]), (5, ["has too many fields"])]
    assert (facts.rows_in, facts.kept) == (4, 2)


def test_a_quotation_mark_out_of_place_spoils_its_own_line_alone() -> None:
    data = b'a,b\n1,5" knife\n2,"open\n3,"shut"\n4,"a" b\n5,6\n7,"never'
    assert [row["a"] for row in rows(data)] == ["1", "3", "5"]
    assert rows(data)[0]["b"] == '5" knife'
    misplaced = "has a quotation mark out of place"
    assert broken(data) == [(3, misplaced), (5, misplaced), (7, misplaced)]


def test_old_and_mixed_line_ends() -> None:
    assert [row["_line"] for row in rows(b"a,b\r1,2\r3,4\r")] == [2, 3]
    assert broken(b"a,b\n1,2\r3,4\n5,6\n") == [(2, "has a carriage return inside the row")]
    assert rows(b'a,b\n1,"2\r3"\n')[0]["b"] == "2\r3"


@pytest.mark.parametrize("at", [-2, -1, 0, 1, 2])
def test_rows_are_found_across_the_stretches_a_file_is_read_in(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    data = b'a,b\n1,"x,\ny"\n2,"z"\n'
    monkeypatch.setattr("thematic.extracts.quotes._CHUNK", data.index(b'"z"') + at)
    found = find_records(data)
    assert found.lines.tolist() == [1, 2, 4]
    assert broken(data + b'3\n4,"q,"\n') == [(5, "has too few fields")]
    assert [row["b"] for row in rows(data + b'3\n4,"q,"\n')] == ["x,\ny", "z", "q,"]


def test_encodings_are_told_apart(drawn: Drawn) -> None:
    named = text("crimes", {"lpu": "Caer Éire"})
    for data, notes in (
        (named.encode(), []),
        (b"\xef\xbb\xbf" + named.encode(), []),
        (named.encode("cp1252"), ["crimes.csv was read as cp1252: line 2 is not UTF-8."]),
    ):
        drawn.write("crimes.csv", data)
        assert said_of(drawn.build()) == notes
        assert drawn.kept("crimes")[0]["lpu"] == "Caer Éire"


NOT_TEXT = [
    (b"a,b\n1,\x81\n", "neither UTF-8 (line 2) nor cp1252 (byte 0x81 on line 2)"),
    (b"a,b\n1,\xe9\n2,\xc3\xa9\n", "mixes encodings: line 3 holds UTF-8, line 2 something else"),
    ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    ("a,b\n1,2\n".encode("utf-16-le"), "NUL in its heading"),
    (b"", "is empty"),
    (b"\xef\xbb\xbf\n", "is empty"),
    (b"a;b\n1;2\n", "separated by semicolons"),
    (b"a\tb\n1\t2\n", "separated by tabs"),
    (b"a,b,a\n1,2,3\n", "has the column 'a' twice"),
    (b'"a,b\n1,2\n', "quotation mark out of place"),
]


@pytest.mark.parametrize(("data", "told"), NOT_TEXT)
def test_a_file_that_cannot_be_read_is_refused_by_name(data: bytes, told: str) -> None:
    with pytest.raises(DataRefused) as refusal:
        read_delimited(data, "x.csv", ("a",))
    assert "x.csv" in refusal.value.message
    assert told in refusal.value.message


def test_utf8_is_recognised_across_the_stretches_a_file_is_read_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thematic.extracts.encoding._CHUNK", 8)
    assert rows("a,b\n1,2é\n".encode())[0]["b"] == "2é"
    with pytest.raises(DataRefused, match="is neither UTF-8"):
        rows("a,b\n1,2é\n3,".encode() + b"\x81\n")


def test_a_truncated_gzip_is_refused(drawn: Drawn) -> None:
    packed = gzip.compress(text("crimes", *[GOOD] * 50).encode())
    drawn.write("crimes.csv.gz", packed[:-9])
    assert "crimes.csv.gz cannot be unpacked" in refused(drawn)
    drawn.write("crimes.csv.gz", b"crime_ref\n")
    assert "crimes.csv.gz cannot be unpacked" in refused(drawn)
    drawn.write("crimes.csv.gz", packed)
    assert drawn.build().tables["crimes"].kept == 50


def test_a_damaged_parquet_file_is_refused(drawn: Drawn) -> None:
    drawn.write("crimes.parquet", b"PAR1 not really PAR1")
    assert "crimes.parquet cannot be read as Parquet" in refused(drawn)


def test_a_table_in_two_files_is_refused(drawn: Drawn) -> None:
    drawn.draw("crimes", GOOD)
    drawn.write("crimes.csv.gz", gzip.compress(b"x"))
    assert "crimes.csv and crimes.csv.gz: which of them is crimes?" in refused(drawn)


def test_missing_columns_are_all_named_with_the_likely_spelling(drawn: Drawn) -> None:
    heading = text("crimes", GOOD).replace("recorded_on", "Recorded_On").replace("domestic", "dv_flag")
    drawn.write("crimes.csv", heading.encode())
    told = refused(drawn)
    assert "the column recorded_on is missing. Did you mean it by 'Recorded_On'?" in told
    assert "the column domestic is missing. Add it" in told


def test_problems_of_several_tables_are_told_at_once(drawn: Drawn) -> None:
    drawn.write("crimes.csv", b"crime_ref\n")
    drawn.write("surveys.csv", b"")
    told = refused(drawn)
    assert "the column recorded_on is missing" in told
    assert "surveys.csv is empty" in told


def test_an_unknown_column_is_ignored_with_a_note(drawn: Drawn) -> None:
    drawn.draw("crimes", {"officer": "PC 1", "victim_agee": "3"})
    [note] = said_of(drawn.build())
    assert "not used: officer, victim_agee (did you mean victim_age?)" in note
    assert note in drawn.said


def test_a_heading_alone_is_a_table_without_rows_but_something_must_have_rows(drawn: Drawn) -> None:
    drawn.draw("crimes")
    drawn.draw("surveys")
    assert "holds no rows that can be used" in refused(drawn)
    drawn.draw("incidents", GOOD)
    facts = drawn.build()
    assert (facts.tables["crimes"].rows_in, facts.tables["surveys"].rows_in) == (0, 0)
    assert drawn.kept("crimes") == []
    assert facts.columns["surveys"] == [
        "response_ref",
        "surveyed_on",
        "survey",
        "question",
        "response",
        "lpu",
        "local_authority",
    ]


def test_a_folder_without_extracts_says_what_was_looked_for(drawn: Drawn) -> None:
    drawn.write("crime.csv", b"x\n")
    told = refused(drawn)
    assert "Looked for the tables collisions, crimes, custody_records, " in told and ", workforce (" in told
    assert "YYYY-MM-<force>-street.csv" in told
    assert "It holds crime.csv." in told


def test_other_files_beside_the_tables_are_noted(drawn: Drawn) -> None:
    drawn.draw("crimes", GOOD)
    drawn.write("survey.csv", b"x\n")
    drawn.write("readme.txt", b"x\n")
    assert said_of(drawn.build()) == ["Not a table of the contract, not read: survey.csv."]


def parquet(drawn: Drawn, **columns: pa.Array) -> None:
    given = {"crime_ref": ["A", "B"], "lpu": ["Abton", None], "local_authority": [None, ""], "offence_code": [195, 195]}
    given |= {"recorded_on": [date(2021, 1, 15)] * 2, "domestic": [True, False], "hate_strands": ["race", None]}
    given |= {"outcome_code": [1.0, None], "outcome_on": [datetime(2021, 1, 16, 9), None]}
    pq.write_table(pa.table(given | columns), drawn.extract / "crimes.parquet")


def test_typed_parquet_columns_are_taken(drawn: Drawn) -> None:
    zoned = pa.array([datetime(2020, 6, 30, 23, 30, tzinfo=UTC)] * 2, pa.timestamp("s", "Europe/London"))
    parquet(drawn, victim_age=pa.array([16, 121], pa.int8()), committed_on=zoned)
    facts = drawn.build().tables["crimes"]
    [kept] = drawn.kept("crimes")
    assert (kept["domestic"], kept["outcome_code"], kept["outcome_on"]) == (True, "1", date(2021, 1, 16))
    assert (kept["offence_code"], kept["committed_on"]) == ("195", date(2020, 7, 1))
    assert (facts.normalised, drawn.quarantined()) == ({}, [(2, ["victim_age is outside 0 to 120"])])


def test_a_parquet_column_of_lists_is_refused(drawn: Drawn) -> None:
    parquet(drawn, hate_strands=pa.array([["race"], []]))
    assert "crimes.parquet, column hate_strands has the type list" in refused(drawn)


def test_a_nul_in_parquet_is_found(drawn: Drawn) -> None:
    parquet(drawn, victim_sex=pa.array(["x", "y\0"]))
    drawn.build()
    assert drawn.quarantined() == [(2, ["the row holds a NUL"])]


SETTINGS = [
    ("as_of: 2021-01-31\n", "unknown key 'as_of'. Did you mean 'as_at'?"),
    ("as_at: January\n", "as_at"),
    ("history_from: 2017\n", "history_from"),
    ("history_from: 2017-13\n", "history_from"),
    ("as_at: [\n", "extract.yaml"),
    ("as_at: 2021-02-11\n", "as_at is 2021-02-11, which is after today (2021-02-10)"),
    ("empty_months: {crime: [2020-06]}\n", "there is no table 'crime'"),
    ("empty_months: {crimes: [June]}\n", "empty_months.crimes[0]"),
]


@pytest.mark.parametrize(("settings", "told"), SETTINGS)
def test_a_wrong_extract_yaml_is_refused(drawn: Drawn, settings: str, told: str) -> None:
    drawn.draw("crimes", GOOD)
    drawn.write("extract.yaml", settings.encode())
    assert told in refused(drawn)


ENDS: list[tuple[str, date, str, int]] = [
    ("as_at: 2021-01-31\n", date(2021, 1, 31), "2021-01", 1),
    ("as_at: 2021-01-30\n", date(2030, 1, 1), "2020-12", 2),
    ("", date(2021, 1, 31), "2021-01", 1),
    ("", date(2021, 1, 30), "2020-12", 2),
]


@pytest.mark.parametrize(("settings", "today", "latest", "wrong"), ENDS)
def test_the_extract_ends_as_it_says_or_on_the_day_of_the_build(
    drawn: Drawn, settings: str, today: date, latest: str, wrong: int
) -> None:
    drawn.draw(
        "crimes", *[{"recorded_on": day} for day in ("2020-12-01", "2021-01-31", "2021-02-01")], {"recorded_on": ""}
    )
    drawn.write("extract.yaml", settings.encode())
    facts = drawn.build(today=today)
    assert facts.latest_period == latest
    assert facts.tables["crimes"].reasons["recorded_on is after the extract's end"] == wrong


def test_a_large_whole_number_that_came_as_a_float_is_written_in_plain_digits() -> None:
    numbers = [14526433009.0, None, 999999999999999.0, -1e14, 0.5, 1e15]
    plain = ["14526433009", None, "999999999999999", "-100000000000000", "0.5", "1e+15"]
    assert as_text(pa.chunked_array([numbers]), "x").to_pylist() == plain
