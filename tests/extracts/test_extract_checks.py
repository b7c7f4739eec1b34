"""Draws every kind of bad row, the boundary and both its neighbours, and what is taken all the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract_drawn import Drawn, new_workbook, text
from thematic.core.errors import DataRefused
from thematic.extracts.facts import TableFacts
from thematic.extracts.spellings import code_taker, take_codes

REPEATED = "crime_ref is on another row with other content"
STRANDS = "disability, gender_identity, race, religion, sexual_orientation"
OUTCOME = "outcome_code is none of 1, 2, 3, 4, 5, 6, 7, 8 and 14 more"
GOOD: dict[str, str] = {}


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    return new_workbook(tmp_path)


def adds_up(table: TableFacts) -> bool:
    return table.rows_in == table.kept + table.duplicates + table.quarantined + table.left_out


BAD = [
    ("recorded_on", "", "recorded_on is blank"),
    ("recorded_on", "15/01/2021", "recorded_on is not a date (YYYY-MM-DD)"),
    ("recorded_on", "2021-1-5", "recorded_on is not a date (YYYY-MM-DD)"),
    ("recorded_on", "2021-02-29", "recorded_on is not a date (YYYY-MM-DD)"),
    ("recorded_on", "2021-01-15T25:00", "recorded_on is not a date (YYYY-MM-DD)"),
    ("recorded_on", "2021-01-15 noon", "recorded_on is not a date (YYYY-MM-DD)"),
    ("recorded_on", "2021-02-11", "recorded_on is after the extract's end"),
    ("recorded_on", "1999-12-31", "recorded_on is before history_floor"),
    ("committed_on", "2021-02-11", "committed_on is after the extract's end"),
    ("committed_on", "1899-12-31", "committed_on is before 1900-01-01"),
    ("cancelled_on", "2021-01-14", "cancelled_on is before recorded_on"),
    ("cancelled_on", "2021-02-11", "cancelled_on is after the extract's end"),
    ("offence_code", "", "offence_code is blank"),
    ("offence_code", "8n", "offence_code is not in data/reference/offences.csv"),
    ("offence_code", "08N", "offence_code is not in data/reference/offences.csv"),
    ("lpu", "Atlantis", "lpu is not in params/areas/lpu.yaml"),
    ("local_authority", "Abton", "local_authority is not in params/areas/local_authority.yaml"),
    ("domestic", "", "domestic is blank"),
    ("domestic", "maybe", "domestic is neither Y nor N"),
    ("alcohol", "2", "alcohol is neither Y nor N"),
    ("hate_strands", "race;age", f"hate_strands names one that is none of {STRANDS}"),
    ("hate_strands", "Race", f"hate_strands names one that is none of {STRANDS}"),
    ("hate_strands", "race;", f"hate_strands names one that is none of {STRANDS}"),
    ("victim_age", "-1", "victim_age is outside 0 to 120"),
    ("victim_age", "121", "victim_age is outside 0 to 120"),
    ("victim_age", "16.5", "victim_age is not a whole number"),
    ("victim_age", "99999999999999999999", "victim_age is not a whole number"),
    ("victim_age", "sixteen", "victim_age is not a whole number"),
    ("longitude", "west", "longitude is not a number"),
    ("longitude", "nan", "longitude is not a number"),
    ("longitude", "350000", "longitude is outside -180 to 180"),
    ("latitude", "90.1", "latitude is outside -90 to 90"),
    ("longitude", "99999999999999", "longitude is not a number"),
    ("victim_ref", "1.23E+11", "victim_ref is in scientific notation (a spreadsheet has rounded it)"),
    ("victim_ref", "2e+5", "victim_ref is in scientific notation (a spreadsheet has rounded it)"),
    ("recorded_on", "2021-00", "recorded_on is not a date (YYYY-MM-DD)"),
    ("recorded_on", "2021-01-15+01", "recorded_on is not a date (YYYY-MM-DD)"),
    ("crime_ref", "", "crime_ref is blank"),
    ("crime_ref", "R\0", "the row holds a NUL"),
]


TAKEN = [
    {"recorded_on": "2021-02-10"},
    {"recorded_on": "2000-01-01"},
    {"recorded_on": "2021-01-15T23:59:59.5+01:00"},
    {"recorded_on": "2021-01-15 00:00"},
    {"committed_on": "1900-01-01"},
    {"committed_on": "2021-02-10"},
    {"cancelled_on": "2021-01-15"},
    {"outcome_code": "1", "outcome_on": "2021-01-15"},
    {"outcome_code": "22", "outcome_on": "2021-02-10"},
    {"victim_age": "0"},
    {"victim_age": "120"},
    {"longitude": "-180", "latitude": "90"},
    {"lpu": "", "local_authority": ""},
    {"hate_strands": "race;disability"},
    {"offence_code": "195"},
    {"recorded_on": "2021-01"},
    {"recorded_on": "2021-01-15T10:00Z"},
    {"victim_ref": "19E03"},
    {"longitude": "1e-05", "latitude": "+.5"},
]


OUTCOMES = [
    ("0", "2021-01-16", OUTCOME),
    ("23", "2021-01-16", OUTCOME),
    ("charged", "2021-01-16", OUTCOME),
    ("1", "", "outcome_code is filled and outcome_on is blank"),
    ("", "2021-01-16", "outcome_on is filled and outcome_code is blank"),
    ("1", "2021-01-14", "outcome_on is before recorded_on"),
    ("1", "2021-02-11", "outcome_on is after the extract's end"),
]


@pytest.fixture(scope="module")
def all_bad(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """One crime for each of BAD and OUTCOMES, from line 2 on, then one for each of TAKEN, all in one file."""
    drawn = new_workbook(tmp_path_factory.mktemp("bad"))
    outcomes = [{"outcome_code": code, "outcome_on": day} for code, day, _ in OUTCOMES]
    drawn.draw("crimes", *[{column: value} for column, value, _ in BAD], *outcomes, *TAKEN)
    drawn.facts = drawn.build()
    return drawn


@pytest.mark.parametrize("index", range(len(BAD)), ids=[f"{column}={value!r}" for column, value, _ in BAD])
def test_a_row_that_breaks_the_contract_is_quarantined_with_its_reason(all_bad: Drawn, index: int) -> None:
    assert all_bad.quarantined()[index] == (index + 2, [BAD[index][2]])


@pytest.mark.parametrize("index", range(len(OUTCOMES)), ids=[f"{code}, {day}" for code, day, _ in OUTCOMES])
def test_an_outcome_needs_a_code_from_1_to_22_and_a_date(all_bad: Drawn, index: int) -> None:
    assert all_bad.quarantined()[len(BAD) + index] == (len(BAD) + index + 2, [OUTCOMES[index][2]])


def test_the_boundaries_are_taken(all_bad: Drawn) -> None:
    wrong = len(BAD) + len(OUTCOMES)
    assert all_bad.facts is not None
    facts = all_bad.facts.tables["crimes"]
    assert {row["crime_ref"] for row in all_bad.kept("crimes")} == {f"R{wrong + 1 + n}" for n in range(len(TAKEN))}
    assert (facts.kept, facts.quarantined, facts.normalised) == (len(TAKEN), wrong, {})
    assert sum(facts.reasons.values()) == wrong


def test_every_reason_of_a_row_is_told_in_the_columns_order(drawn: Drawn) -> None:
    drawn.draw("crimes", {"victim_age": "200", "recorded_on": "soon", "lpu": "Atlantis"}, GOOD)
    facts = drawn.build().tables["crimes"]
    told = [
        "recorded_on is not a date (YYYY-MM-DD)",
        "lpu is not in params/areas/lpu.yaml",
        "victim_age is outside 0 to 120",
    ]
    assert drawn.quarantined() == [(2, told)]
    assert (facts.quarantined, sum(facts.reasons.values())) == (1, 3)


OTHER_TABLES = [
    ("protection_notices", "authorised_on", "1999-12-31", "authorised_on is before history_floor"),
    ("protection_notices", "order_result", "Granted", "order_result is none of granted, denied"),
    ("protection_notices", "order_breaches", "-1", "order_breaches is below 0"),
    ("protection_notices", "court_actions", "1.5", "court_actions is not a whole number"),
    ("protection_notices", "hearing_contested", "?", "hearing_contested is neither Y nor N"),
    ("disclosures", "right", "see", "right is none of ask, know"),
    ("disclosures", "right", "", "right is blank"),
    ("disclosures", "disclosed_on", "2021-02-11", "disclosed_on is after the extract's end"),
    ("surveys", "survey", "burglary", "survey is none of domestic_abuse, asb, hate_crime, crime"),
    ("surveys", "question", "all", "question is none of whole_experience, action_taken"),
    ("surveys", "surveyed_on", "1999-12-31", "surveyed_on is before history_floor"),
    ("incidents", "received_on", "1999-12-31", "received_on is before history_floor"),
]


@pytest.mark.parametrize(("table", "column", "value", "reason"), OTHER_TABLES)
def test_the_other_tables_are_checked_as_well(drawn: Drawn, table: str, column: str, value: str, reason: str) -> None:
    drawn.draw("crimes", GOOD)
    drawn.draw(table, GOOD, {column: value})
    facts = drawn.build().tables[table]
    assert drawn.quarantined(table) == [(3, [reason])]
    assert facts.kept == 1


def test_blank_results_and_zero_counts_of_a_notice_are_taken(drawn: Drawn) -> None:
    drawn.draw("crimes", GOOD)
    drawn.draw("protection_notices", {"order_result": "", "order_breaches": "0", "hearing_contested": ""})
    drawn.build()
    [notice] = drawn.kept("protection_notices")
    assert (notice["order_result"], notice["order_breaches"], notice["hearing_contested"]) == (None, 0, None)


NORMALISED = [
    ("domestic", " Y ", "domestic", True),
    ("domestic", "yes", "domestic", True),
    ("domestic", "TRUE", "domestic", True),
    ("domestic", "1", "domestic", True),
    ("domestic", "n", "domestic", False),
    ("domestic", "No", "domestic", False),
    ("domestic", "false", "domestic", False),
    ("domestic", "0", "domestic", False),
    ("victim_age", "16.0", "victim_age", 16),
    ("victim_age", "016", "victim_age", 16),
    ("hate_strands", "religion; race", "hate_strands", "race;religion"),
    ("hate_strands", "race;race", "hate_strands", "race"),
    ("outcome_on", " 2021-01-15 ", "outcome_on", date(2021, 1, 15)),
    ("offence_code", "0195", "offence_code", "195"),
    ("offence_code", "195.0", "offence_code", "195"),
    ("lpu", "ABTON", "lpu", "Abton"),
    ("lpu", "caer e\u0301ire", "lpu", "Caer Éire"),
    ("local_authority", "north\u00a0", "local_authority", "North"),
    ("crime_ref", "\tX1", "crime_ref", "X1"),
    ("recorded_on", " 2021-01-15", "recorded_on", date(2021, 1, 15)),
    ("victim_sex", "  ", "victim_sex", None),
]


@pytest.mark.parametrize(("column", "value", "name", "taken"), NORMALISED)
def test_these_spellings_are_taken_and_counted(drawn: Drawn, column: str, value: str, name: str, taken: object) -> None:
    drawn.draw("crimes", ({"outcome_code": "3"} if column == "outcome_on" else {}) | {column: value})
    facts = drawn.build().tables["crimes"]
    assert [row[name] for row in drawn.kept("crimes")] == [taken]
    assert facts.normalised == {column: 1}


def test_strands_in_another_order_are_the_same_spelling_sorted(drawn: Drawn) -> None:
    drawn.draw("crimes", {"hate_strands": "religion;race"})
    assert drawn.build().tables["crimes"].normalised == {}
    assert drawn.kept("crimes")[0]["hate_strands"] == "race;religion"
    assert take_codes("religion ;race", code_taker(["race", "religion"])) == "race;religion"


def test_rows_alike_after_normalising_are_one_and_counted(drawn: Drawn) -> None:
    same = {"crime_ref": "A", "domestic": "Y", "lpu": "Abton"}
    drawn.draw("crimes", same, same | {"domestic": "yes"}, same | {"lpu": " abton", "recorded_on": "2021-01-15 10:00"})
    facts = drawn.build().tables["crimes"]
    assert (facts.kept, facts.duplicates, facts.quarantined) == (1, 2, 0)


def test_bad_rows_alike_without_a_reference_are_each_quarantined(drawn: Drawn) -> None:
    bad = {"crime_ref": "", "lpu": "Atlantis"}
    drawn.draw("crimes", GOOD, bad, bad, {"crime_ref": "", "lpu": "Lyonesse"})
    facts = drawn.build().tables["crimes"]
    assert (facts.kept, facts.duplicates, facts.quarantined) == (1, 0, 3)


def test_bad_rows_alike_with_a_reference_are_one_quarantined_and_the_rest_duplicates(drawn: Drawn) -> None:
    bad = {"crime_ref": "A", "lpu": "Atlantis"}
    drawn.draw("crimes", GOOD, bad, bad, {"crime_ref": "B", "lpu": "Lyonesse"})
    facts = drawn.build().tables["crimes"]
    assert (facts.kept, facts.duplicates, facts.quarantined) == (1, 1, 2)


def test_of_one_reference_with_other_content_the_first_stays(drawn: Drawn) -> None:
    drawn.draw("crimes", {"crime_ref": "A", "lpu": "Abton"}, {"crime_ref": "A"}, {"crime_ref": " A", "domestic": "Y"})
    facts = drawn.build().tables["crimes"]
    assert [row["lpu"] for row in drawn.kept("crimes")] == ["Abton"]
    assert drawn.quarantined() == [(3, [REPEATED]), (4, [REPEATED])]
    assert facts.reasons == {REPEATED: 2}


def test_of_one_reference_the_first_that_is_otherwise_good_stays(drawn: Drawn) -> None:
    rows = [{"crime_ref": "A", "victim_age": age} for age in ("130", "30", "40")]
    drawn.draw("crimes", *rows)
    drawn.build()
    assert [row["victim_age"] for row in drawn.kept("crimes")] == [30]
    assert drawn.quarantined() == [(2, ["victim_age is outside 0 to 120", REPEATED]), (4, [REPEATED])]


def test_of_one_reference_with_no_good_row_none_stays(drawn: Drawn) -> None:
    drawn.draw("crimes", GOOD, {"crime_ref": "A", "victim_age": "130"}, {"crime_ref": "A", "victim_age": "131"})
    drawn.build()
    assert [line for line, _ in drawn.quarantined()] == [3, 4]
    assert len(drawn.kept("crimes")) == 1


def test_other_incidents_are_left_out_before_anything_else(drawn: Drawn) -> None:
    other = {"incident_ref": "A", "finalisation_code": "XX"}
    drawn.draw(
        "incidents",
        {"incident_ref": "A", "finalisation_code": " BE "},
        other,
        other,
        other | {"lpu": "Atlantis"},
        {"finalisation_code": ""},
        {"finalisation_code": "be"},
    )
    facts = drawn.build().tables["incidents"]
    assert (facts.kept, facts.duplicates, facts.quarantined, facts.left_out) == (1, 0, 0, 5)
    assert facts.reasons == {
        "finalisation_code 'XX' is none of BE, BN, BP": 3,
        "finalisation_code 'be' is none of BE, BN, BP": 1,
        "finalisation_code is blank": 1,
    }


def test_the_crime_columns_are_typed_and_completed(drawn: Drawn) -> None:
    row = {"offence_code": "9B", "committed_on": "2021-01-10", "outcome_code": "3", "outcome_on": "2021-01-20"}
    drawn.draw("crimes", row | {"longitude": "-2.5"})
    drawn.build()
    [crime] = drawn.kept("crimes")
    assert crime["offence_title"] == "Racially or religiously aggravated public fear, alarm or distress"
    assert (crime["offence_group"], crime["aggravated"]) == ("Public order offences", "Y")
    assert (crime["recorded_on"], crime["days_to_record"], crime["weekday"]) == (date(2021, 1, 15), 5, "Friday")
    assert (crime["domestic"], crime["outcome_code"], crime["longitude"]) == (False, "3", Decimal("-2.5"))
    assert (crime["hate_strands"], crime["lpu"], crime["victim_age"]) == (None, None, None)


def test_outcomes_may_be_given_by_their_type_alone(drawn: Drawn) -> None:
    given = {"outcome_type": "Local resolution", "outcome_on": "2021-01-20"}
    path = drawn.draw("crimes", given, {})
    heading, *rows = path.read_text(encoding="utf-8").splitlines()
    place = heading.split(",").index("outcome_code")
    cut = [",".join(cell for n, cell in enumerate(row.split(",")) if n != place) for row in (heading, *rows)]
    path.write_text("\n".join(cut) + "\n", encoding="utf-8")
    facts = drawn.build()
    assert [row["outcome_type"] for row in drawn.kept("crimes")] == ["Local resolution", None]
    assert "outcome_code" not in facts.columns["crimes"]


def test_a_code_and_a_type_that_contradict_each_other_are_quarantined(drawn: Drawn) -> None:
    day = {"outcome_on": "2021-01-20"}
    rows = [("16", "Unable to prosecute suspect"), ("16", "Local resolution"), ("8", ""), ("", "")]
    drawn.draw("crimes", *({"outcome_code": c, "outcome_type": t} | (day if c else {}) for c, t in rows))
    drawn.build()
    assert [row["outcome_type"] for row in drawn.kept("crimes")] == [
        "Unable to prosecute suspect",
        "Local resolution",
        None,
    ]
    assert drawn.quarantined() == [(3, ["outcome_type contradicts outcome_code"])]


def test_a_blank_type_of_crime_is_filled_from_the_code_as_a_missing_one_is(drawn: Drawn) -> None:
    drawn.draw("crimes", {"crime_type": ""}, {"crime_type": "Violence and sexual offences"}, {"crime_type": "Drugs"})
    facts = drawn.build()
    assert {row["crime_type"] for row in drawn.kept("crimes")} == {"Violence and sexual offences"}
    assert drawn.quarantined() == [(4, ["crime_type contradicts offence_code"])]
    assert "crimes: 1 blank cell of crime_type filled from offence_code." in facts.notes


def test_a_force_adds_offences_of_its_own_and_its_meaning_wins(drawn: Drawn) -> None:
    own = "code,title,group,subgroup,aggravated\nN1,Ours,Group,Sub,N\n8N,Renamed,Group,Sub,Y\n"
    (drawn.root / "params" / "offences.csv").write_text(own, encoding="utf-8")
    drawn.draw("crimes", {"offence_code": "N1"}, {"offence_code": "8N"}, {"offence_code": "195"})
    drawn.build()
    titles = [(row["offence_title"], row["aggravated"]) for row in drawn.kept("crimes")]
    assert titles == [("Ours", "N"), ("Renamed", "Y"), ("Common assault and battery", "N")]


def test_a_title_of_the_files_own_is_kept(drawn: Drawn) -> None:
    drawn.draw("crimes", {"offence_title": "our own words"}, {"offence_title": ""})
    assert "offence_title" in drawn.build().columns["crimes"]
    assert [row["offence_title"] for row in drawn.kept("crimes")] == ["our own words", "Assault with injury"]


@pytest.mark.parametrize(("bad", "stops"), [(1, False), (2, True)])
def test_the_build_stops_only_above_the_quarantine_limit(tmp_path: Path, bad: int, stops: bool) -> None:
    drawn = new_workbook(tmp_path, limits=(1, 0))
    drawn.draw("crimes", *[GOOD] * (100 - bad), *[{"lpu": "Atlantis"}] * bad)
    if not stops:
        assert drawn.build().tables["crimes"].quarantined == 1
        return
    with pytest.raises(DataRefused) as refusal:
        drawn.build()
    told = str(refusal.value)
    assert "2 of 100 rows (2.0%)" in told
    assert "2 x lpu is not in params/areas/lpu.yaml, as at crimes.csv, line 100 ('Atlantis')" in told
    assert refusal.value.exit_status == 3


def test_a_refusal_names_every_table_that_has_too_many_bad_rows_and_changes_nothing(tmp_path: Path) -> None:
    drawn = new_workbook(tmp_path, limits=(1, 0))
    drawn.draw("crimes", GOOD)
    before = drawn.build()
    drawn.draw("crimes", {"lpu": "Atlantis"})
    drawn.draw("surveys", {"response": "meh"})
    with pytest.raises(DataRefused) as refusal:
        drawn.build()
    assert {problem.where for problem in refusal.value.problems} == {"crimes", "surveys"}
    assert sorted(path.name for path in (drawn.root / "data").iterdir()) == ["reference", "warehouse"]
    assert len(drawn.kept("crimes")) == before.tables["crimes"].kept == 1


def test_the_account_says_why_rows_were_not_kept_and_where_to_read_more(drawn: Drawn) -> None:
    drawn.draw("crimes", {}, {"domestic": "maybe"})
    drawn.build()
    assert "crimes, rows not kept: 1 x domestic is neither Y nor N" in drawn.said
    assert sum("docs/troubleshooting.md says more (Rows that break the contract)" in said for said in drawn.said) == 1
    drawn.draw("crimes", {})
    drawn.build()
    assert not any("troubleshooting" in said for said in drawn.said)


def test_quality_accounts_for_every_row_by_month(drawn: Drawn) -> None:
    drawn.draw("crimes", GOOD, {"recorded_on": "2020-12-31"}, {"recorded_on": "x", "victim_age": "130"}, {"lpu": "?"})
    drawn.draw("incidents", GOOD, {"finalisation_code": "XX"})
    drawn.build()
    assert set(drawn.quality()) == {
        ("crimes", "2021-01", "kept", "", 1),
        ("crimes", "2020-12", "kept", "", 1),
        (
            "crimes",
            None,
            "quarantined",
            "recorded_on is not a date (YYYY-MM-DD); victim_age is outside 0 to 120",
            1,
        ),
        ("crimes", "2021-01", "quarantined", "lpu is not in params/areas/lpu.yaml", 1),
        ("incidents", "2021-01", "kept", "", 1),
        ("incidents", "2021-01", "left_out", "finalisation_code 'XX' is none of BE, BN, BP", 1),
    }


_cell = st.sampled_from(
    ["", " ", "A", "B", "8N", "Y", "yes", "Abton", "?", "2021-01-15", "2021-13-01", "1", "1.0", "-1", "race", "x\0"]
)
_row = st.fixed_dictionaries(
    dict.fromkeys(("crime_ref", "recorded_on", "offence_code", "lpu", "domestic", "outcome_code", "outcome_on"), _cell)
)
_line = st.one_of(st.text(alphabet='A1,"\r é', max_size=8), st.just("\n"), st.just('"open,'))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_row, max_size=12), garbage=st.lists(_line, max_size=4))
def test_in_is_kept_and_duplicates_and_quarantined_and_left_out(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], garbage: list[str]
) -> None:
    drawn = new_workbook(tmp_path_factory.mktemp("garbage"))
    drawn.draw("incidents", GOOD)
    drawn.write("crimes.csv", (text("crimes", *rows) + "\n".join(garbage)).encode())
    facts = drawn.build()
    assert adds_up(facts.tables["crimes"])
    assert facts.tables["crimes"].rows_in + facts.tables["crimes"].blank >= len(rows)
    kept = sum(n for table, _, status, _, n in drawn.quality() if (table, status) == ("crimes", "kept"))
    assert kept == facts.tables["crimes"].kept == len(drawn.kept("crimes"))
    assert len({row["crime_ref"] for row in drawn.kept("crimes")}) == kept
    assert len(drawn.quarantined()) == facts.tables["crimes"].quarantined
