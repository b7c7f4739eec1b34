"""Declares tables of every kind of column, and holds what is kept of them to what the declarations say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract_drawn import Drawn, level, new_workbook
from thematic.core.errors import DataRefused
from thematic.extracts.facts import TableFacts

STAYS = """
title: Stays
row: one stay
reference: stay_ref
date: arrived_at
ends: void_on
columns:
  stay_ref: {kind: reference, filled: true, meaning: Reference}
  arrived_at: {kind: moment, filled: true, not_before: history_floor, meaning: Arrival}
  left_at: {kind: moment, optional: true, not_before: arrived_at, meaning: Departure}
  void_on: {kind: date, optional: true, not_before: arrived_at, meaning: Void from}
  booked_on: {kind: date, optional: true, not_before: 2020-01-01, meaning: Day of booking}
  person_ref: {kind: reference, optional: true, meaning: Person}
  age: {kind: whole, optional: true, low: 0, high: 120, meaning: Age}
  weight: {kind: number, optional: true, low: 0, high: 500, meaning: Kilograms}
  ward: {kind: area, level: ward, optional: true, meaning: Ward}
  reason: {kind: code, codes: {1: One, 16: Sixteen, none: None given}, optional: true, meaning: Reason}
  risks: {kind: codes, codes: {1: One, 2: Two, fire: Fire}, optional: true, meaning: Risks}
  seen: {kind: flag, optional: true, meaning: Seen}
  words: {kind: text, optional: true, meaning: Words}
  spare: {kind: number, optional: true, meaning: Spare}
derived:
  weekday: {weekday: arrived_at}
  hour: {hour: arrived_at}
  age_band: {bands: age, from: [0, 10, 18, 25, 35]}
  weight_band: {bands: weight, from: [10, 18, 35]}
  minutes: {minutes_from: arrived_at, to: left_at}
  night: {minutes_from: arrived_at, to: left_at, between: ["00:00", "08:00"]}
  late: {minutes_from: arrived_at, to: left_at, between: ["22:00", "06:00"]}
  days: {days_from: booked_on, to: arrived_at}
  over: {difference: weight, less: spare}
  older: {difference: age, less: days}
breakdowns:
  known: {filled: {words: words, ward: ward}, heading: Known}
together: [[reason, left_at]]
"""


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    drawn = new_workbook(tmp_path)
    drawn.levels = {"ward": level("Castle", "Caer Éire")}
    drawn.declare("stays", STAYS)
    return drawn


def put(drawn: Drawn, *rows: dict[str, str], name: str = "stays", fill: bool = True) -> TableFacts:
    """Builds from these rows of the table, each with an arrival and a reference of its own."""
    own = {"arrived_at": "2021-01-15 10:00"} if fill else {}
    filled = [({"stay_ref": f"R{n}"} if fill else {}) | own | row for n, row in enumerate(rows)]
    header = list(dict.fromkeys(column for row in filled for column in row))
    lines = [header, *([row.get(column, "") for column in header] for row in filled)]
    drawn.write(f"{name}.csv", "\n".join(",".join(line) for line in lines).encode() + b"\n")
    drawn.facts = drawn.build()
    return drawn.facts.tables[name]


def one(drawn: Drawn, **cells: str) -> dict[str, Any]:
    put(drawn, cells)
    [kept] = drawn.kept("stays")
    return kept


def reasons(drawn: Drawn, **cells: str) -> list[str]:
    put(drawn, cells, {})
    [(_, found)] = drawn.quarantined("stays")
    return found


def test_each_kind_is_kept_in_its_type(drawn: Drawn) -> None:
    row = {"left_at": "2021-01-15T12:30:00.5", "age": "016", "weight": "70.1234567", "ward": "CASTLE", "reason": "16.0"}
    kept = one(drawn, **row, risks="fire;2.0", seen="yes", words=" so ", booked_on="2021-01")
    schema = pq.read_schema(drawn.workbook.warehouse / "stays.parquet")
    assert (kept["arrived_at"], kept["left_at"]) == (
        datetime(2021, 1, 15, 10),
        datetime(2021, 1, 15, 12, 30, 0, 500000),
    )
    assert (kept["age"], kept["weight"], kept["ward"]) == (16, Decimal("70.123457"), "Castle")
    assert (kept["reason"], kept["risks"], kept["seen"], kept["words"]) == ("16", "2;fire", True, "so")
    assert kept["booked_on"] == date(2021, 1, 1)
    assert kept["void_on"] is None
    types = {name: str(schema.field(name).type) for name in ("arrived_at", "void_on", "weight", "age", "seen", "ward")}
    assert types == {
        "arrived_at": "timestamp[us]",
        "void_on": "date32[day]",
        "weight": "decimal128(18, 6)",
        "age": "int64",
        "seen": "bool",
        "ward": "string",
    }
    derived = ("weekday", "hour", "age_band", "weight_band", "minutes", "days", "over", "older")
    assert [str(schema.field(name).type) for name in derived] == [
        *["string"] * 4,
        "decimal128(18, 6)",
        "int64",
        "decimal128(18, 6)",
        "int64",
    ]


def test_derived_columns(drawn: Drawn) -> None:
    row = {"arrived_at": "2021-01-15 23:59:30", "left_at": "2021-01-17 00:00:00", "age": "17", "weight": "17.9"}
    kept = one(drawn, **row, reason="1", booked_on="2021-01-01", spare="0.4")
    assert (kept["weekday"], kept["hour"], kept["age_band"]) == ("Friday", "23", "10 to 17")
    assert (kept["weight_band"], kept["minutes"], kept["days"]) == ("10 to under 18", Decimal("1440.5"), 14)
    assert (kept["over"], kept["older"]) == (Decimal("17.5"), 3)


BANDS = [
    ("0", "under 10"),
    ("9", "under 10"),
    ("10", "10 to 17"),
    ("34", "25 to 34"),
    ("35", "35 and over"),
    ("", None),
]


@pytest.mark.parametrize(("age", "band"), BANDS)
def test_bands_begin_with_their_first_number(drawn: Drawn, age: str, band: str | None) -> None:
    assert one(drawn, age=age)["age_band"] == band


def test_a_number_below_the_first_band_is_in_none(drawn: Drawn) -> None:
    assert one(drawn, weight="9.999999")["weight_band"] is None
    assert one(drawn, weight="10")["weight_band"] == "10 to under 18"


NIGHTS = [
    ("2021-01-15 20:00", "2021-01-16 03:00", "180", "300"),
    ("2021-01-15 07:59", "2021-01-15 23:00", "1", "60"),
    ("2021-01-15 09:00", "2021-01-15 10:00", "0", "0"),
    ("2021-01-15 07:00", "2021-01-18 01:00", "480", "480"),
    ("2021-01-15 05:00", "2021-01-16 02:30", "180", "270"),
    ("2021-01-15 00:00", "2021-01-15 08:00", "480", "360"),
    ("2021-01-15 23:59:59", "2021-01-16 00:00:01", "0.016667", "0.033333"),
]


@pytest.mark.parametrize(("arrived", "left", "night", "late"), NIGHTS)
def test_the_most_minutes_of_one_night(drawn: Drawn, arrived: str, left: str, night: str, late: str) -> None:
    kept = one(drawn, arrived_at=arrived, left_at=left, reason="1")
    assert (kept["night"], kept["late"]) == (Decimal(night), Decimal(late))


def test_a_duration_is_blank_without_its_end(drawn: Drawn) -> None:
    kept = one(drawn, left_at="", reason="")
    assert (kept["minutes"], kept["night"], kept["days"]) == (None, None, None)


ZONES = [
    ("2020-06-30T23:30:00Z", datetime(2020, 7, 1, 0, 30)),
    ("2020-06-30 23:30:00+00:00", datetime(2020, 7, 1, 0, 30)),
    ("2020-07-01T00:30:00+01:00", datetime(2020, 7, 1, 0, 30)),
    ("2020-07-01T00:30:00+0100", datetime(2020, 7, 1, 0, 30)),
    ("2020-06-30T19:30:00 -04", datetime(2020, 7, 1, 0, 30)),
    ("2020-06-30 23:30:00 UTC", datetime(2020, 7, 1, 0, 30)),
    ("2020-12-31T23:30:00.25Z", datetime(2020, 12, 31, 23, 30, 0, 250000)),
    ("2020-07-01T00:30", datetime(2020, 7, 1, 0, 30)),
]


@pytest.mark.parametrize(("written", "local"), ZONES)
def test_a_moment_with_a_zone_is_turned_into_the_forces_own(drawn: Drawn, written: str, local: datetime) -> None:
    assert one(drawn, arrived_at=written)["arrived_at"] == local


def test_so_is_a_date(drawn: Drawn) -> None:
    rows = [{"booked_on": text} for text in ("2020-06-30T23:30:00Z", "2020-06-30", "2020-07-01+02:00", "2020-07-01Z")]
    put(drawn, *rows)
    days = [row["booked_on"].day for row in drawn.kept("stays")]
    assert days == [1, 30, 30, 1]
    assert drawn.facts is not None
    assert "stays: booked_on with a time zone, turned into Europe/London." in drawn.facts.notes


def test_another_zone_is_the_forces_to_choose(drawn: Drawn) -> None:
    drawn.says = {"time_zone": "Asia/Kolkata"}
    assert one(drawn, arrived_at="2020-06-30T20:00:00Z")["arrived_at"] == datetime(2020, 7, 1, 1, 30)


CLOCKS = [
    ("2020-10-24T23:30:00+01:00", "2020-10-25T03:30:00+00:00", 300),
    ("2020-10-24 23:30", "2020-10-25 03:30", 300),
    ("2021-03-27 23:30", "2021-03-28 03:30", 180),
    ("2020-10-25T00:30:00Z", "2020-10-25T01:30:00Z", 60),
    ("2020-10-25T00:50:00Z", "2020-10-25T01:10:00Z", 20),
]


@pytest.mark.parametrize(("arrived", "left", "minutes"), CLOCKS)
def test_elapsed_minutes_know_that_the_clock_changes(drawn: Drawn, arrived: str, left: str, minutes: int) -> None:
    drawn.write("stays.csv", f"stay_ref,arrived_at,left_at,reason\nR,{arrived},{left},1\n".encode())
    drawn.build(today=date(2022, 1, 1))
    [kept] = drawn.kept("stays")
    assert kept["minutes"] == minutes


WRONG = [
    ({"arrived_at": "2021-01-15"}, "arrived_at is not a date and time (YYYY-MM-DD HH:MM)"),
    ({"arrived_at": "2021-01-15T24:00"}, "arrived_at is not a date and time (YYYY-MM-DD HH:MM)"),
    ({"arrived_at": "2021-02-11 00:00"}, "arrived_at is after the extract's end"),
    ({"left_at": "2021-01-15 09:59", "reason": "1"}, "left_at is before arrived_at"),
    ({"void_on": "2021-01-14"}, "void_on is before arrived_at"),
    ({"booked_on": "2019-12-31"}, "booked_on is before 2020-01-01"),
    ({"booked_on": "2020-13"}, "booked_on is not a date (YYYY-MM-DD)"),
    ({"weight": "500.000001"}, "weight is outside 0 to 500"),
    ({"reason": "16.5", "left_at": "2021-01-15 10:00"}, "reason is none of 1, 16, none"),
    ({"risks": "1;3"}, "risks names one that is none of 1, 2, fire"),
    ({"ward": "Nowhere"}, "ward is not in params/areas/ward.yaml"),
    ({"person_ref": "2.01E+12"}, "person_ref is in scientific notation (a spreadsheet has rounded it)"),
]


@pytest.mark.parametrize(("cells", "reason"), WRONG)
def test_a_row_that_breaks_a_declaration_is_quarantined(drawn: Drawn, cells: dict[str, str], reason: str) -> None:
    assert reasons(drawn, **cells) == [reason]


TAKEN = [
    {"void_on": "2021-01-15"},
    {"left_at": "2021-01-15 10:00", "reason": "1"},
    {"arrived_at": "2021-02-10 23:59:59"},
    {"booked_on": "2020-01-01"},
    {"weight": "500"},
]


@pytest.mark.parametrize("cells", TAKEN)
def test_the_boundary_itself_is_taken(drawn: Drawn, cells: dict[str, str]) -> None:
    assert put(drawn, cells).kept == 1


def test_what_names_nobody_is_blank_in_references(drawn: Drawn) -> None:
    words = ["NULL", "n/a", "None", "unknown", "0", "-", " - ", "", "00", "R-1"]
    facts = put(drawn, *[{"person_ref": word} for word in words])
    assert [row["person_ref"] for row in drawn.kept("stays")] == [*[None] * 8, "00", "R-1"]
    assert facts.silent["person_ref"] == {"-": 2, "0": 1, "NULL": 1, "None": 1, "n/a": 1, "unknown": 1}
    assert any(line.startswith("stays, person_ref: taken for blank: 2 -, 1 0") for line in drawn.said)


def test_a_reference_of_the_row_itself_that_names_nobody_is_wrong(drawn: Drawn) -> None:
    assert reasons(drawn, stay_ref="null") == ["stay_ref is blank"]


def test_words_that_say_nothing_are_blank_in_texts_and_undeclared_codes(drawn: Drawn) -> None:
    rows = [{"words": "Unknown"}, {"words": "no idea"}, {"risks": "not stated"}, {"ward": "unknown"}]
    facts = put(drawn, *rows)
    assert [row["words"] for row in drawn.kept("stays")] == [None, "no idea", None]
    assert drawn.quarantined("stays") == [(5, ["ward is not in params/areas/ward.yaml"])]
    assert (facts.silent["words"], facts.silent["risks"]) == ({"Unknown": 1}, {"not stated": 1})
    assert (facts.met, facts.undeclared) == ({"words": {"no idea": 1}}, {"ward": {"unknown": 1}})


def test_a_declared_code_always_says_what_it_says(drawn: Drawn) -> None:
    drawn.says = {"says_nothing": ["none"]}
    left = {"left_at": "2021-01-15 10:00"}
    put(drawn, {"reason": "none"} | left, {"reason": "NONE"})
    assert [row["reason"] for row in drawn.kept("stays")] == ["none", None]


def test_together_goes_by_what_is_said(drawn: Drawn) -> None:
    put(drawn, {"reason": "unknown"}, {"reason": "1"}, {"left_at": "2021-01-15 10:00"})
    assert drawn.quarantined("stays") == [
        (3, ["reason is filled and left_at is blank"]),
        (4, ["left_at is filled and reason is blank"]),
    ]


def test_a_column_that_the_file_lacks_is_named_and_feeds_nothing(drawn: Drawn) -> None:
    put(drawn, {"age": "16"})
    assert drawn.facts is not None
    assert drawn.facts.columns["stays"] == ["stay_ref", "arrived_at", "age", "weekday", "hour", "age_band"]
    [note] = drawn.facts.notes
    assert note.startswith("stays.csv lacks the optional columns left_at, void_on, booked_on, person_ref,")
    assert drawn.kept("stays")[0]["minutes"] is None


def test_a_derived_column_fills_the_column_of_its_name(drawn: Drawn) -> None:
    declared = STAYS.replace("derived:\n", "derived:\n  words: {weekday: arrived_at}\n")
    drawn.declare("stays", declared)
    assert one(drawn)["words"] == "Friday"
    assert one(drawn, words="own")["words"] == "own"


def test_a_blank_cell_is_filled_as_a_missing_column_is_and_the_account_says_so(drawn: Drawn) -> None:
    drawn.declare("stays", STAYS.replace("derived:\n", "derived:\n  words: {weekday: arrived_at}\n"))
    put(drawn, {"words": "own"}, {"words": " "}, {"words": "unknown"})
    assert [row["words"] for row in drawn.kept("stays")] == ["own", "Friday", "Friday"]
    assert drawn.facts is not None
    assert "stays: 2 blank cells of words filled from arrived_at." in drawn.facts.notes


BANDED = STAYS.replace("derived:\n", "derived:\n  band: {bands: age, from: [0, 18]}\n").replace(
    "columns:\n",
    "columns:\n  band: {kind: code, codes: {under 18: A, 18 and over: B}, optional: true, meaning: Band}\n",
)


@pytest.mark.parametrize(
    ("age", "band", "kept"),
    [("17", "under 18", True), ("18", "under 18", False), ("17", "18 and over", False), ("", "under 18", True)],
)
def test_a_row_whose_column_contradicts_what_it_is_derived_from_is_quarantined(
    drawn: Drawn, age: str, band: str, *, kept: bool
) -> None:
    drawn.declare("stays", BANDED)
    put(drawn, {"age": age, "band": band}, {"age": "20", "band": ""})
    assert [row["band"] for row in drawn.kept("stays")] == ([band] if kept else []) + ["18 and over"]
    assert drawn.quarantined("stays") == ([] if kept else [(2, ["band contradicts age"])])


def test_a_column_is_not_asked_for_where_one_that_is_derived_from_it_is_there(drawn: Drawn) -> None:
    assert not drawn.tables["stays"].columns["arrived_at"].optional
    drawn.declare("stays", BANDED.replace("age: {kind: whole, optional: true,", "age: {kind: whole,"))
    assert not drawn.tables["stays"].columns["age"].optional
    assert one(drawn, band="under 18")["age"] is None
    with pytest.raises(DataRefused, match="the column age is missing"):
        put(drawn, {"words": "x"})


HOURS = """
title: Hours
row: hours of one team in one month
date: month
columns:
  month: {kind: date, filled: true, meaning: Month}
  team: {kind: text, meaning: Team}
  hours: {kind: number, low: 0, meaning: Hours}
left_out_unless: {team: {not: [away]}, hours: {filled: true}}
public: sums
"""


def test_rows_without_references_are_all_kept(drawn: Drawn) -> None:
    drawn.declare("hours", HOURS)
    row = {"month": "2021-01", "team": "A", "hours": "1.5"}
    facts = put(drawn, row, row, row | {"hours": "1.50"}, row | {"team": "B"}, name="hours", fill=False)
    assert (facts.kept, facts.duplicates, facts.equal) == (4, 0, 2)
    assert drawn.facts is not None
    assert "hours: 2 rows equal another row. Its rows have no reference, so all are kept." in drawn.facts.notes
    before = (drawn.workbook.warehouse / "hours.parquet").read_bytes()
    put(drawn, row | {"team": "B"}, row, row, row, name="hours", fill=False)
    assert (drawn.workbook.warehouse / "hours.parquet").read_bytes() == before


def test_rows_are_left_out_by_any_condition_before_all_else(drawn: Drawn) -> None:
    drawn.declare("hours", HOURS)
    rows = [{"month": "soon", "team": "away", "hours": "1"}, {"month": "2021-01", "team": "", "hours": "2"}]
    facts = put(drawn, *rows, {"month": "2021-01", "team": "A", "hours": ""}, name="hours", fill=False)
    assert (facts.kept, facts.left_out, facts.quarantined) == (1, 2, 0)
    assert facts.reasons == {"hours is blank": 1, "team 'away' is not what left_out_unless asks for": 1}


def test_dates_to_come_are_meant_in_a_table_of_forecasts(drawn: Drawn) -> None:
    drawn.declare("hours", HOURS + "future: true\n")
    put(
        drawn,
        {"month": "2021-01", "hours": "1"},
        {"month": "2022-03", "hours": "1", "team": ""},
        name="hours",
        fill=False,
    )
    assert len(drawn.kept("hours")) == 2
    assert drawn.facts is not None
    assert drawn.facts.ends == {"hours": "2022-03"}


def test_both_limits_must_be_passed_before_a_build_stops(tmp_path: Path) -> None:
    drawn = new_workbook(tmp_path, limits=(10, 2))
    drawn.levels = {"ward": level("Castle")}
    drawn.declare("stays", STAYS)
    good, bad = [{}] * 5, {"ward": "Nowhere"}
    assert put(drawn, *good, bad, bad).quarantined == 2
    with pytest.raises(DataRefused, match=r"At most 10% and 2 rows may"):
        put(drawn, *good, bad, bad, bad)
    assert put(drawn, *[{}] * 27, bad, bad, bad).quarantined == 3


def test_a_row_without_any_cell_is_no_row(drawn: Drawn) -> None:
    drawn.write("stays.csv", b'stay_ref,arrived_at,note\nR1,2021-01-15 10:00,\n,,\n"", ,\t\n,,said\n,\n,,,\n')
    facts = drawn.build()
    assert (facts.tables["stays"].rows_in, facts.tables["stays"].blank) == (2, 4)
    assert drawn.quarantined("stays") == [(5, ["stay_ref is blank", "arrived_at is blank"])]
    assert "stays.csv: 4 lines with no cell filled in, not counted as a row of the table." in facts.notes


def test_so_it_is_in_parquet(drawn: Drawn) -> None:
    rows = {"stay_ref": ["A", None, None], "arrived_at": [datetime(2021, 1, 15, 10), None, None], "x": [None, None, 1]}
    pq.write_table(pa.table(rows), drawn.extract / "stays.parquet")
    facts = drawn.build().tables["stays"]
    assert (facts.rows_in, facts.blank, facts.quarantined) == (2, 1, 1)


def test_no_declared_name_is_in_the_way_of_the_products_own(drawn: Drawn) -> None:
    drawn.declare(
        "line",
        "{title: L, row: l, reference: line, date: file, columns: {line: {kind: reference, filled: true, meaning: L},"
        " file: {kind: date, filled: true, meaning: F}, reasons: {kind: text, meaning: R}, raw: {kind: code, codes:"
        " {a: A}, meaning: R}, v_raw: {kind: code, codes: {b: B}, meaning: V}}}",
    )
    rows = [{"line": "1", "file": "2021-01-15", "reasons": "x", "raw": " a", "v_raw": "b "}, {"line": "2", "raw": "b"}]
    facts = put(drawn, *rows, name="line", fill=False)
    assert (facts.kept, facts.quarantined) == (1, 1)
    assert drawn.kept("line") == [{"line": "1", "file": date(2021, 1, 15), "reasons": "x", "raw": "a", "v_raw": "b"}]
    assert drawn.quarantined("line") == [(3, ["file is blank", "raw is none of a"])]
